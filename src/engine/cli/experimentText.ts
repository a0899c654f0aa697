/** Experiments as rows and JSON, shared by train, experiments, show and demo. */
import { SPLITS } from '../../shared/dataset.ts';
import type { EpochRow, ExperimentFile, ExperimentSummary, MetricsBySplit } from '../../shared/experiment.ts';
import { duration, percent, proportion } from '../../shared/format.ts';
import { table } from './terminal.ts';

export function metricsDocument(metrics: MetricsBySplit): Record<string, object> {
  return Object.fromEntries(
    SPLITS.flatMap(split => {
      const m = metrics[split];
      if (!m) return [];
      const { accuracy, macroF1, logLoss, top5 } = m;
      return [
        [
          split,
          { accuracy: accuracy.value, ci95: [accuracy.low, accuracy.high], n: accuracy.n, macroF1, logLoss, top5 },
        ],
      ];
    }),
  );
}

export function experimentDocument({ file, metrics }: ExperimentSummary): object {
  return {
    id: file.id,
    name: file.name,
    status: file.status,
    ...(file.message !== undefined && { message: file.message }),
    config: file.config,
    metrics: metricsDocument(metrics),
    seconds: file.seconds ?? null,
    bestEpoch: file.bestEpoch ?? null,
    parameters: file.parameters ?? null,
    dataHash: file.dataHash ?? null,
    engine: file.engine ?? null,
    skipped: file.skipped ?? [],
    created: file.created,
  };
}

export const epochNote = (row: EpochRow): string =>
  `loss ${row.trainLoss.toFixed(3)}, validation ${percent(row.validationAccuracy)}`;

export function metricsTable(metrics: MetricsBySplit): string {
  const rows = SPLITS.flatMap(split => {
    const m = metrics[split];
    return m ? [[split, proportion(m.accuracy), percent(m.top5), m.macroF1.toFixed(3), m.logLoss.toFixed(3)]] : [];
  });
  return table(['split', 'accuracy (95 % interval, n)', 'top 5', 'macro F1', 'log loss'], rows, new Set([2, 3, 4]));
}

export function experimentText({ file, metrics }: ExperimentSummary): string {
  const seconds = file.seconds
    ? `features ${duration(file.seconds.features)}, training ${duration(file.seconds.train)}`
    : '';
  return [
    `${file.name} (${file.id}): ${file.status}${file.message === undefined ? '' : `. ${file.message}`}`,
    `${file.config.backbone}, head ${file.config.head}, ${file.parameters?.toLocaleString('en') ?? '?'} parameters, ${seconds}`,
    ...(file.skipped?.length ? [`Left out: ${file.skipped.map(s => `${s.path} (${s.reason})`).join('; ')}`] : []),
    '',
    metricsTable(metrics),
  ].join('\n');
}

export function experimentsTable(experiments: readonly ExperimentSummary[]): string {
  const accuracy = (file: ExperimentSummary, split: 'validation' | 'test') => {
    const m = file.metrics[split];
    return m ? proportion(m.accuracy) : '';
  };
  return table(
    ['id', 'head', 'status', 'validation', 'test'],
    experiments.map(e => [e.file.id, headLabel(e.file), e.file.status, accuracy(e, 'validation'), accuracy(e, 'test')]),
  );
}

const headLabel = ({ config }: ExperimentFile): string =>
  `${config.head}${config.subset === undefined ? '' : ` · ${config.subset}`}`;
