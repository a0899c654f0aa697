/** The training part of a run: history, checkpoints and pauses around a trainer. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { EpochRow, ExperimentFile, Progress } from '../../shared/experiment.ts';
import { parseHead } from '../../shared/head.ts';
import type { Engine } from '../engine.ts';
import { pauseRequestPath } from '../experiments/experimentFiles.ts';
import { writeHistory } from '../experiments/historyFile.ts';
import { experimentPath } from '../files/workspace.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../train/checkpoint.ts';
import { trainByGradient } from '../train/gradientTrainer.ts';
import { trainProbe } from '../train/probe.ts';
import type { TrainedHead, TrainingOptions } from '../train/training.ts';
import { trainableOf } from './estimate.ts';
import type { Prepared } from './prepare.ts';
import type { RunRecord } from './runRecord.ts';

const HISTORY_EVERY_MS = 250;
/** There is one checkpoint a second at most. Checkpoints and the history may each take a tenth of the time. */
const CHECKPOINT_EVERY_MS = 1_000;
const WRITING_SHARE = 0.1;
const PAUSE_CHECK_MS = 200;

export interface TrainRunOptions {
  stop: AbortSignal;
  progress: (p: Progress) => void;
  onEpoch: ((row: EpochRow) => void) | undefined;
  log: (line: string) => void;
}

export async function trainRun(
  engine: Engine,
  workspace: string,
  prepared: Prepared,
  record: RunRecord,
  { stop, progress, onEpoch, log }: TrainRunOptions,
): Promise<TrainedHead> {
  const { id, config } = record.file;
  const historyFile = experimentPath(workspace, id, 'history.csv');
  const checkpointFile = experimentPath(workspace, id, 'checkpoint.bin');
  const key = checkpointKey(record.file, prepared);
  await record.update({ status: 'training' });
  const history: EpochRow[] = [];
  let writing: Promise<void> = Promise.resolve();
  let lastWrite = 0;
  let pending = false;
  let cost = 0;
  const startedAt = performance.now();
  const resume = await readCheckpoint(checkpointFile, key);
  if (resume) log(`Going on after epoch ${resume.epoch}.`);
  const options: TrainingOptions & { checkpointKey: string } = {
    runtime: await engine.runtime(),
    stop,
    checkpointKey: key,
    resume,
    mayContinue: () => whilePaused(workspace, record, stop),
    onCheckpoint: throttledCheckpoints(checkpointFile),
    onEpoch: (row, total) => {
      history.push(row);
      const perEpoch = history.reduce((sum, h) => sum + h.seconds, 0) / history.length;
      progress({
        phase: 'training',
        done: row.epoch,
        total,
        rate: 1 / perEpoch,
        secondsLeft: perEpoch * (total - row.epoch),
      });
      onEpoch?.(row);
      const now = performance.now();
      if (pending || now - lastWrite < Math.max(HISTORY_EVERY_MS, cost / WRITING_SHARE)) return;
      lastWrite = now;
      pending = true;
      writing = writeHistory(historyFile, history.slice()).finally(() => {
        pending = false;
        cost = performance.now() - now;
      });
      // Awaited below; a rejection before that must not end the process.
      writing.catch(() => undefined);
    },
  };
  const trained = await choose(prepared, config, options);
  await writing;
  await writeHistory(historyFile, trained.history);
  const train = (performance.now() - startedAt) / 1000 + (resume?.history.reduce((sum, h) => sum + h.seconds, 0) ?? 0);
  await record.update({ seconds: { features: record.file.seconds?.features ?? 0, train } });
  if (!stop.aborted) await rm(checkpointFile, { force: true });
  return trained;
}

/** A probe, a dense head on frozen features, or the backbone's last layers with a head. */
function choose(
  { cut, data }: Prepared,
  config: ExperimentFile['config'],
  options: TrainingOptions & { checkpointKey: string },
): Promise<TrainedHead> {
  if (parseHead(config.head).kind === 'probe') return trainProbe(data, config, options);
  return trainByGradient(trainableOf(cut, data.classes, config), data, config, options);
}

/** A checkpoint fits only the same configuration on the same data by the same runtime. */
function checkpointKey({ config }: ExperimentFile, { facts }: Prepared): string {
  return createHash('sha256')
    .update(JSON.stringify([config, facts.dataHash, facts.engine]))
    .digest('hex');
}

function throttledCheckpoints(file: string): (checkpoint: Checkpoint) => Promise<void> {
  let last = performance.now();
  let cost = 0;
  return async checkpoint => {
    const begin = performance.now();
    if (begin - last < Math.max(CHECKPOINT_EVERY_MS, cost / WRITING_SHARE)) return;
    await writeCheckpoint(file, checkpoint);
    last = performance.now();
    cost = last - begin;
  };
}

/** Waits while the file that asks for a pause is there. */
async function whilePaused(workspace: string, record: RunRecord, stop: AbortSignal): Promise<void> {
  const file = pauseRequestPath(workspace, record.file.id);
  if (!existsSync(file)) return;
  await record.update({ status: 'paused' });
  while (existsSync(file) && !stop.aborted) await delay(PAUSE_CHECK_MS);
  await record.update({ status: 'training' });
}
