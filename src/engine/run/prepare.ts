/** From an experiment's configuration to features with labels. */
import path from 'node:path';
import { HeadwayError } from '../../shared/errors.ts';
import type { ExperimentFile, Progress, TrainConfig } from '../../shared/experiment.ts';
import { cutBackbone, type Cut } from '../backbones/cut.ts';
import { getBackbone, type Backbone } from '../backbones/registry.ts';
import { openDataset, type OpenedDataset } from '../datasets/dataset.ts';
import { nestedSubset } from '../datasets/subset.ts';
import type { Engine } from '../engine.ts';
import { headwayVersion } from '../entry.ts';
import { experimentFolder } from '../files/workspace.ts';
import { extractFeatures } from '../features/extract.ts';
import { createMatrix, type FeatureMatrix } from '../features/matrix.ts';
import { sizeOf } from '../graph/tensors.ts';
import type { TrainingData } from '../train/training.ts';

/** A data set with the features of its readable images: row i of the features belongs to `images[i]`. */
export interface Prepared extends Disposable {
  dataset: OpenedDataset;
  backbone: Backbone;
  cut: Cut;
  images: OpenedDataset['images'];
  data: TrainingData;
  /** What the record of the experiment gains. */
  facts: Pick<ExperimentFile, 'dataHash' | 'classes' | 'engine' | 'skipped'> & { featureSeconds: number };
}

/** Throws HeadwayError, CancelledError. */
export async function prepare(
  engine: Engine,
  workspace: string,
  { id, config }: ExperimentFile,
  signal: AbortSignal,
  onProgress: (p: Progress) => void,
): Promise<Prepared> {
  const dataset = await openDataset(workspace, config.dataset, { store: engine.store, signal, onProgress });
  const backbone = await getBackbone(config.backbone);
  const cut = await cutBackbone(backbone, config.boundary, config.pooling);
  const wanted = chooseImages(dataset, config);
  const runtime = await engine.runtime();
  const spillFile = path.join(experimentFolder(workspace, id), 'features.tmp');
  const matrix = createMatrix(wanted.length, sizeOf(cut.dims), spillFile);
  const { skipped, seconds } = await extractFeatures({
    images: wanted,
    backbone,
    cut,
    runtime,
    store: engine.store,
    threads: config.threads,
    into: { matrix, at: 0 },
    signal,
    onProgress,
  });
  const unreadable = new Set(skipped.map(s => s.path));
  const rows = Int32Array.from(wanted.flatMap((image, row) => (unreadable.has(image.path) ? [] : [row])));
  const images = [...rows].map(row => wanted[row]!);
  const rowsOf = (split: string) => Int32Array.from(images.flatMap((image, i) => (image.split === split ? [i] : [])));
  const data: TrainingData = {
    features: rows.length === wanted.length ? matrix : withRows(matrix, rows),
    dims: cut.dims,
    labels: Int32Array.from(images, image => image.label),
    classes: dataset.file.classes.length,
    train: rowsOf('train'),
    validation: rowsOf('validation'),
  };
  if (data.train.length === 0)
    throw new HeadwayError('data', `No image of data set "${config.dataset}" is in the train split; make a new split.`);
  return {
    dataset,
    backbone,
    cut,
    images,
    data,
    facts: {
      dataHash: dataset.dataHash,
      classes: dataset.file.classes,
      engine: {
        headway: headwayVersion(),
        runtime: runtime.version,
        device: runtime.device,
        backboneSha256: backbone.sha256,
      },
      skipped,
      featureSeconds: seconds,
    },
    [Symbol.dispose]: () => matrix[Symbol.dispose](),
  };
}

/** Training images first, so that their rows lie together. */
function chooseImages({ images }: OpenedDataset, { subset, seed }: TrainConfig): OpenedDataset['images'] {
  const train = images.filter(image => image.split === 'train');
  const chosen = subset === undefined ? train : nestedSubset(train, subset, seed);
  return [...chosen, ...images.filter(image => image.split !== 'train')];
}

/** The matrix reduced to some of its rows, without a copy. */
function withRows(matrix: FeatureMatrix, rows: Int32Array): FeatureMatrix {
  const { dense, width } = matrix;
  const at = (row: number) => rows[row]!;
  return {
    rows: rows.length,
    width,
    // The few data sets with unreadable images pay with a copy; everything else needs none.
    dense:
      dense &&
      Float32Array.from(
        { length: rows.length * width },
        (_, i) => dense[at(Math.floor(i / width)) * width + (i % width)]!,
      ),
    gather: (wanted, into) => matrix.gather(Array.from(wanted, at), into),
    setEncoded: (row, bytes) => matrix.setEncoded(at(row), bytes),
    [Symbol.dispose]: () => matrix[Symbol.dispose](),
  };
}
