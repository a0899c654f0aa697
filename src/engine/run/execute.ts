/** One experiment from its queued record to its results. */
import path from 'node:path';
import { CancelledError, messageOf } from '../../shared/errors.ts';
import type { EpochRow, ExperimentFile, Progress } from '../../shared/experiment.ts';
import type { Engine } from '../engine.ts';
import { experimentFolder } from '../files/workspace.ts';
import { prepare } from './prepare.ts';
import { RunRecord } from './runRecord.ts';
import { watchStopRequest } from './stopRequest.ts';
import { trainRun } from './trainRun.ts';
import { writeResults } from './writeResults.ts';

export interface ExecuteOptions {
  /** Ends the run early: features so far stay cached, the best weights so far are evaluated. */
  stop?: AbortSignal;
  stopReason?: () => string;
  log?: (line: string) => void;
  onProgress?: (progress: Progress) => void;
  onEpoch?: (row: EpochRow) => void;
}

/**
 * Runs a queued experiment and returns its final record (`done` or `stopped`). A failure is written into the record as one sentence
 * and thrown as well.
 */
export async function executeExperiment(
  engine: Engine,
  workspace: string,
  queued: ExperimentFile,
  {
    stop,
    stopReason = () => 'Stopped.',
    log = () => undefined,
    onProgress = () => undefined,
    onEpoch,
  }: ExecuteOptions = {},
): Promise<ExperimentFile> {
  await using record = new RunRecord(workspace, queued, error =>
    log(`The run's record could not be written: ${messageOf(error)}`),
  );
  using request = watchStopRequest(workspace, queued.id, stop);
  const progress = (p: Progress) => {
    record.progress(p);
    onProgress(p);
  };
  try {
    await record.update({ status: 'features', started: new Date().toISOString() });
    log(`Run ${queued.id} of "${queued.name}" begins.`);
    using prepared = await prepare(engine, workspace, queued.config, {
      spillFile: path.join(experimentFolder(workspace, queued.id), 'features.tmp'),
      signal: request.signal,
      onProgress: progress,
    });
    const { featureSeconds, ...facts } = prepared.facts;
    await record.update({ ...facts, seconds: { features: featureSeconds, train: 0 } });
    const trained = await trainRun(engine, workspace, prepared, record, {
      stop: request.signal,
      progress,
      onEpoch,
      log,
    });
    await record.update({ status: 'evaluating', bestEpoch: trained.bestEpoch, parameters: trained.parameters });
    await writeResults(engine, workspace, record.file, prepared, trained);
    const stopped = request.signal.aborted;
    const message = [...(stopped ? [stopReason()] : []), ...trained.remarks].join(' ');
    log(`Run ${queued.id} ends: ${stopped ? 'stopped' : 'done'}.`);
    return await record.end({ status: stopped ? 'stopped' : 'done', ...(message && { message }) });
  } catch (error) {
    if (error instanceof CancelledError)
      return await record.end({ status: 'stopped', message: `${stopReason()} The features computed so far are kept.` });
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await record.end({ status: 'failed', message: messageOf(error) });
    throw error;
  }
}
