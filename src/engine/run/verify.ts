/** Runs an experiment again and compares: the same data, seed, configuration and device must give the same result. */
import type { ExperimentFile, Progress } from '../../shared/experiment.ts';
import type { Engine } from '../engine.ts';
import { createExperiment, deleteExperiment, readExperiment } from '../experiments/experimentFiles.ts';
import { flattenMetrics, readMetrics } from '../experiments/metricsFile.ts';
import { readPredictions } from '../experiments/predictionsFile.ts';
import { experimentPath } from '../files/workspace.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { executeExperiment } from './execute.ts';

export interface Verification {
  same: boolean;
  /** One sentence each. */
  differences: string[];
  /** Largest difference of a probability. */
  maxAbsDiff: number;
  n: number;
}

/** The repetition's own experiment is deleted afterwards. Throws HeadwayError, CancelledError. */
export async function verifyExperiment(
  engine: Engine,
  workspace: string,
  id: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (p: Progress) => void },
): Promise<Verification> {
  const original = await readExperiment(workspace, id);
  if (original.status !== 'done')
    throw new HeadwayError(
      'invalid',
      `"${original.name}" did not run to its end, so there is nothing to compare with.`,
    );
  const queued = await createExperiment(workspace, original.config, `${original.name} (verification)`);
  try {
    const again = await executeExperiment(engine, workspace, queued, { stop: signal, onProgress });
    if (again.status !== 'done') throw new HeadwayError('cancelled', 'The verification was cancelled.');
    return await compare(workspace, original, again);
  } finally {
    await deleteExperiment(workspace, queued.id);
  }
}

async function compare(workspace: string, original: ExperimentFile, again: ExperimentFile): Promise<Verification> {
  const differences: string[] = [];
  if (original.dataHash !== again.dataHash) differences.push('The images, labels or splits have changed since.');
  for (const part of ['runtime', 'device', 'backboneSha256', 'headway'] as const)
    if (original.engine?.[part] !== again.engine?.[part])
      differences.push(`${part}: ${original.engine?.[part] ?? '?'} then, ${again.engine?.[part] ?? '?'} now.`);
  const metrics = async ({ id }: ExperimentFile) =>
    flattenMetrics(await readMetrics(experimentPath(workspace, id, 'metrics.json')));
  const [then, now] = [await metrics(original), await metrics(again)];
  for (const key of new Set([...Object.keys(then), ...Object.keys(now)]))
    if (then[key] !== now[key]) differences.push(`${key}: ${then[key] ?? 'absent'} then, ${now[key] ?? 'absent'} now.`);
  const table = ({ id }: ExperimentFile) => readPredictions(experimentPath(workspace, id, 'predictions.parquet'));
  const [a, b] = [await table(original), await table(again)];
  const samePaths = a.paths.length === b.paths.length && a.paths.every((p, i) => p === b.paths[i]);
  const maxAbsDiff = samePaths
    ? a.probabilities.reduce((max, p, i) => Math.max(max, Math.abs(p - b.probabilities[i]!)), 0)
    : Number.NaN;
  if (!samePaths) differences.push('The predicted images are not the same.');
  else if (maxAbsDiff > 0) differences.push(`Probabilities differ by up to ${maxAbsDiff.toExponential(1)}.`);
  return { same: differences.length === 0, differences, maxAbsDiff, n: a.paths.length };
}
