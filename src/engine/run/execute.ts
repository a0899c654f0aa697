/** One experiment from its queued record to its results. */
import { CancelledError, messageOf } from '../../shared/errors.ts';
import type { EpochRow, ExperimentFile, Progress } from '../../shared/experiment.ts';
import type { Engine } from '../engine.ts';
import { writeHistory } from '../experiments/historyFile.ts';
import { experimentPath } from '../files/workspace.ts';
import { sizeOf } from '../graph/tensors.ts';
import { parseHead } from '../train/headSpec.ts';
import { trainByGradient } from '../train/gradientTrainer.ts';
import { trainProbe } from '../train/probe.ts';
import { trainableHead, trainableTail } from '../train/trainable.ts';
import type { TrainedHead, TrainingOptions } from '../train/training.ts';
import { prepare, type Prepared } from './prepare.ts';
import { RunRecord } from './runRecord.ts';
import { watchStopRequest } from './stopRequest.ts';
import { writeResults } from './writeResults.ts';

const HISTORY_EVERY_MS = 250;

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
    using prepared = await prepare(engine, workspace, record.file, request.signal, progress);
    const { featureSeconds, ...facts } = prepared.facts;
    await record.update({ ...facts, seconds: { features: featureSeconds, train: 0 } });
    const trained = await train(engine, workspace, prepared, record, request.signal, { progress, onEpoch });
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

/** A probe, a dense head on frozen features, or the backbone's last layers with a head. */
function choose(
  { cut, data }: Prepared,
  { config, id }: ExperimentFile,
  options: TrainingOptions,
): Promise<TrainedHead> {
  if (parseHead(config.head).kind === 'probe' && !cut.tail) return trainProbe(data, config, options);
  const trainable = cut.tail
    ? trainableTail(cut.tail, data.classes, config)
    : trainableHead(sizeOf(cut.dims), data.classes, config);
  return trainByGradient(trainable, data, config, { ...options, checkpointKey: id });
}

async function train(
  engine: Engine,
  workspace: string,
  prepared: Prepared,
  record: RunRecord,
  stop: AbortSignal,
  { progress, onEpoch }: { progress: (p: Progress) => void; onEpoch: ((row: EpochRow) => void) | undefined },
): Promise<TrainedHead> {
  const historyFile = experimentPath(workspace, record.file.id, 'history.csv');
  await record.update({ status: 'training' });
  const history: EpochRow[] = [];
  let writing: Promise<void> = Promise.resolve();
  let lastWrite = 0;
  const startedAt = performance.now();
  const options: TrainingOptions = {
    runtime: await engine.runtime(),
    stop,
    onEpoch: (row, total) => {
      history.push(row);
      const perEpoch = (performance.now() - startedAt) / 1000 / history.length;
      progress({
        phase: 'training',
        done: row.epoch,
        total,
        rate: 1 / perEpoch,
        secondsLeft: perEpoch * (total - row.epoch),
      });
      onEpoch?.(row);
      const now = performance.now();
      if (now - lastWrite < HISTORY_EVERY_MS) return;
      lastWrite = now;
      const rows = history.slice();
      writing = writing.then(() => writeHistory(historyFile, rows));
      // Awaited below; a rejection before that must not end the process.
      writing.catch(() => undefined);
    },
  };
  const trained = await choose(prepared, record.file, options);
  await writing;
  await writeHistory(historyFile, trained.history);
  await record.update({
    seconds: { features: record.file.seconds?.features ?? 0, train: (performance.now() - startedAt) / 1000 },
  });
  return trained;
}
