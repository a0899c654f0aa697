/** One experiment from its queued record to its results. */
import { CancelledError, HeadwayError, messageOf } from '../../shared/errors.ts';
import type { EpochRow, ExperimentFile, Progress } from '../../shared/experiment.ts';
import { getBackbone, type Backbone } from '../backbones/registry.ts';
import { openDataset, type OpenedDataset } from '../datasets/dataset.ts';
import { nestedSubset } from '../datasets/subset.ts';
import type { Engine } from '../engine.ts';
import { headwayVersion } from '../entry.ts';
import { writeHistory } from '../experiments/historyFile.ts';
import { extractFeatures } from '../features/extract.ts';
import { experimentPath } from '../files/workspace.ts';
import { parseHead } from '../train/headSpec.ts';
import { trainDenseHead } from '../train/denseHead.ts';
import { trainProbe } from '../train/probe.ts';
import type { TrainedHead, TrainingData } from '../train/training.ts';
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
    const prepared = await prepare(engine, workspace, record, request.signal, progress);
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

/** A data set with the features of its readable images; row i of `features` belongs to `images[i]`. */
export interface Prepared {
  dataset: OpenedDataset;
  backbone: Backbone;
  images: OpenedDataset['images'];
  data: TrainingData;
}

async function prepare(
  engine: Engine,
  workspace: string,
  record: RunRecord,
  signal: AbortSignal,
  onProgress: (p: Progress) => void,
): Promise<Prepared> {
  const { config } = record.file;
  const dataset = await openDataset(workspace, config.dataset, { store: engine.store, signal, onProgress });
  const backbone = await getBackbone(config.backbone);
  const boundary = backbone.boundaries.find(b => b.name === config.boundary);
  if (!boundary)
    throw new HeadwayError(
      'invalid',
      `${backbone.name} has no boundary "${config.boundary}"; it has ${backbone.boundaries.map(b => b.name).join(', ')}.`,
    );
  const train = dataset.images.filter(image => image.split === 'train');
  const chosen = config.subset === undefined ? train : nestedSubset(train, config.subset, config.seed);
  const wanted = [...chosen, ...dataset.images.filter(image => image.split !== 'train')];
  const runtime = await engine.runtime();
  const extracted = await extractFeatures({
    images: wanted,
    backbone,
    boundary: boundary.name,
    runtime,
    store: engine.store,
    signal,
    onProgress,
  });
  const skipped = new Set(extracted.skipped.map(s => s.path));
  const rows = wanted.flatMap((image, row) => (skipped.has(image.path) ? [] : [{ image, row }]));
  const { features, width } = keepRows(
    extracted.features,
    wanted.length,
    rows.map(r => r.row),
  );
  const images = rows.map(r => r.image);
  const rowsOf = (split: string) => Int32Array.from(images.flatMap((image, i) => (image.split === split ? [i] : [])));
  const data: TrainingData = {
    features,
    width,
    labels: Int32Array.from(images, image => image.label),
    classes: dataset.file.classes.length,
    train: rowsOf('train'),
    validation: rowsOf('validation'),
  };
  if (data.train.length === 0)
    throw new HeadwayError('data', `No image of data set "${config.dataset}" is in the train split; make a new split.`);
  await record.update({
    dataHash: dataset.dataHash,
    classes: dataset.file.classes,
    engine: {
      headway: headwayVersion(),
      runtime: runtime.version,
      device: runtime.device,
      backboneSha256: backbone.sha256,
    },
    seconds: { features: extracted.seconds, train: 0 },
    skipped: extracted.skipped,
  });
  return { dataset, backbone, images, data };
}

/** The rows of a row-major matrix that are kept, in order; the same array when all are. */
function keepRows(
  matrix: Float32Array,
  count: number,
  rows: readonly number[],
): { features: Float32Array; width: number } {
  const width = matrix.length / count;
  if (rows.length === count) return { features: matrix, width };
  const features = new Float32Array(rows.length * width);
  rows.forEach((row, i) => features.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return { features, width };
}

async function train(
  engine: Engine,
  workspace: string,
  { data }: Prepared,
  record: RunRecord,
  stop: AbortSignal,
  { progress, onEpoch }: { progress: (p: Progress) => void; onEpoch: ((row: EpochRow) => void) | undefined },
): Promise<TrainedHead> {
  const { config } = record.file;
  const historyFile = experimentPath(workspace, record.file.id, 'history.csv');
  await record.update({ status: 'training' });
  const history: EpochRow[] = [];
  let writing: Promise<void> = Promise.resolve();
  let lastWrite = 0;
  const startedAt = performance.now();
  const trainer = parseHead(config.head).kind === 'probe' ? trainProbe : trainDenseHead;
  const trained = await trainer(data, config, {
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
  });
  await writing;
  await writeHistory(historyFile, trained.history);
  await record.update({
    seconds: { features: record.file.seconds?.features ?? 0, train: (performance.now() - startedAt) / 1000 },
  });
  return trained;
}
