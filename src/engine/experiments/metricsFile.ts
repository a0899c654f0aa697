import { HeadwayError } from '../../shared/errors.ts';
import type { Split } from '../../shared/dataset.ts';
import type { MetricsBySplit, SplitMetrics } from '../../shared/experiment.ts';
import { readJson, writeJson } from '../files/atomic.ts';

/** `metrics.json` has flat keys such as `test/accuracy`, `test/accuracy_low`, as DVC and MLflow show them. */
export function flattenMetrics(metrics: MetricsBySplit): Record<string, number> {
  const flat: Record<string, number> = {};
  for (const [split, m] of Object.entries(metrics)) {
    flat[`${split}/n`] = m.accuracy.n;
    flat[`${split}/accuracy`] = m.accuracy.value;
    flat[`${split}/accuracy_low`] = m.accuracy.low;
    flat[`${split}/accuracy_high`] = m.accuracy.high;
    flat[`${split}/top5`] = m.top5;
    flat[`${split}/macro_f1`] = m.macroF1;
    flat[`${split}/log_loss`] = m.logLoss;
  }
  return flat;
}

export function unflattenMetrics(flat: Record<string, number>): MetricsBySplit {
  const metrics: MetricsBySplit = {};
  for (const split of ['train', 'validation', 'test'] satisfies Split[]) {
    if (flat[`${split}/n`] === undefined) continue;
    const of = (key: string): number => flat[`${split}/${key}`] ?? Number.NaN;
    const m: SplitMetrics = {
      accuracy: { value: of('accuracy'), n: of('n'), low: of('accuracy_low'), high: of('accuracy_high') },
      top5: of('top5'),
      macroF1: of('macro_f1'),
      logLoss: of('log_loss'),
    };
    metrics[split] = m;
  }
  return metrics;
}

export const writeMetrics = (file: string, metrics: MetricsBySplit): Promise<void> =>
  writeJson(file, flattenMetrics(metrics));

/** Empty when the run has no metrics yet. */
export async function readMetrics(file: string): Promise<MetricsBySplit> {
  try {
    return unflattenMetrics((await readJson(file)) as Record<string, number>);
  } catch (error) {
    if (error instanceof HeadwayError && error.code === 'not-found') return {};
    throw error;
  }
}
