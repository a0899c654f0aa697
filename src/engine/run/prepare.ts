/** From a configuration to features with labels. */
import { augmentationId } from '../augment/spec.ts';
import { parseAugmentations } from '../augment/parse.ts';
import { decodeVariant, variantStream } from '../augment/variant.ts';
import { HeadwayError } from '../../shared/errors.ts';
import type { ExperimentFile, Progress, TrainConfig } from '../../shared/experiment.ts';
import { cutBackbone, type Cut } from '../backbones/cut.ts';
import { getBackbone, type Backbone } from '../backbones/registry.ts';
import { rememberBackboneSpeed } from '../backbones/speed.ts';
import { openDataset, type OpenedDataset } from '../datasets/dataset.ts';
import { nestedSubset } from '../datasets/subset.ts';
import type { Engine } from '../engine.ts';
import { headwayVersion } from '../entry.ts';
import { extractFeatures, type ExtractFeatures } from '../features/extract.ts';
import { createMatrix, DenseMatrix, type FeatureMatrix } from '../features/matrix.ts';
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

export interface PrepareOptions {
  /** Takes the features where they do not fit into memory. */
  spillFile: string;
  signal: AbortSignal;
  onProgress: (p: Progress) => void;
}

/** Throws HeadwayError, CancelledError. */
export async function prepare(
  engine: Engine,
  workspace: string,
  config: TrainConfig,
  { spillFile, signal, onProgress }: PrepareOptions,
): Promise<Prepared> {
  const dataset = await openDataset(workspace, config.dataset, { store: engine.store, signal, onProgress });
  const backbone = await getBackbone(config.backbone, { directory: engine.cacheDirectory });
  const cut = await cutBackbone(backbone, config.boundary, config.pooling);
  const wanted = chooseImages(dataset, config);
  const augmented = wanted.slice(0, augmentedCount(wanted, config));
  const variants = augmented.length > 0 ? config.variants : 0;
  const runtime = await engine.runtime();
  const rows = wanted.length + variants * augmented.length;
  const matrix = createMatrix(rows, sizeOf(cut.dims), spillFile);
  const request = { backbone, cut, runtime, store: engine.store, threads: config.threads, signal };
  const base = await extractFeatures({
    ...request,
    images: wanted,
    into: { matrix, at: 0 },
    onProgress: p => onProgress({ ...p, total: rows }),
  });
  rememberSpeed(engine, backbone, { ...base, images: wanted.length });
  let { seconds } = base;
  for (let v = 0; v < variants; v++) {
    const at = wanted.length + v * augmented.length;
    const made = await extractFeatures({
      ...request,
      images: augmented,
      variant: variantOf(config, backbone, v),
      into: { matrix, at },
      onProgress: p => onProgress({ ...p, done: at + p.done, total: rows }),
    });
    seconds += made.seconds;
  }

  const unreadable = new Set(base.skipped.map(s => s.path));
  const kept = wanted.flatMap((image, row) => (unreadable.has(image.path) ? [] : [row]));
  const keptAugmented = kept.filter(row => row < augmented.length);
  const images = kept.map(row => wanted[row]!);
  const rowsOf = (split: string) => Int32Array.from(images.flatMap((image, i) => (image.split === split ? [i] : [])));
  const blocks = Array.from({ length: variants }, (_, v) =>
    keptAugmented.map(row => wanted.length + v * augmented.length + row),
  );
  const data: TrainingData = {
    features: kept.length === wanted.length ? matrix : withRows(matrix, [...kept, ...blocks.flat()]),
    dims: cut.dims,
    labels: Int32Array.from(images, image => image.label),
    classes: dataset.file.classes.length,
    train: rowsOf('train'),
    validation: rowsOf('validation'),
    ...(variants > 0 && {
      variantsOf: image =>
        image < keptAugmented.length
          ? Int32Array.from({ length: variants }, (_, v) => kept.length + v * keptAugmented.length + image)
          : new Int32Array(0),
    }),
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
      skipped: base.skipped,
      featureSeconds: seconds,
    },
    [Symbol.dispose]: () => matrix[Symbol.dispose](),
  };
}

const SPEED = 'features.images per second';
/** Fewer say little about the speed of a machine. */
const ENOUGH = 64;

/** For the estimate of later runs. */
function rememberSpeed(
  { store }: Engine,
  backbone: Backbone,
  { seconds, cached, images }: { seconds: number; cached: number; images: number },
): void {
  const computed = images - cached;
  if (computed < ENOUGH) return;
  store.putSetting(SPEED, String(computed / seconds));
  rememberBackboneSpeed(store, backbone, computed / seconds);
}

/** Images per second of the last extraction on this machine; undefined before the first one. */
export const knownSpeed = ({ store }: Engine): number | undefined => {
  const text = store.setting(SPEED);
  return text === undefined ? undefined : Number(text);
};

/** Training images first, so that their rows lie together. */
export function chooseImages({ images }: OpenedDataset, { subset, seed }: TrainConfig): OpenedDataset['images'] {
  const train = images.filter(image => image.split === 'train');
  const chosen = subset === undefined ? train : nestedSubset(train, subset, seed);
  return [...chosen, ...images.filter(image => image.split !== 'train')];
}

/** How many of the images, from the first, get augmented variants: none, those of the train split, or all. */
export function augmentedCount(
  images: readonly { split: string }[],
  { augment, testTimeAugmentation }: TrainConfig,
): number {
  if (augment.length === 0) return 0;
  return testTimeAugmentation ? images.length : images.filter(image => image.split === 'train').length;
}

/** Variant v of a picture depends on its content, v and the seed alone, so that every run and subset shares it. */
export function variantOf({ augment, seed }: TrainConfig, { recipe }: Backbone, v: number): ExtractFeatures['variant'] {
  const list = parseAugmentations(augment);
  return {
    name: `${augmentationId(list)} #${seed}/${v}`,
    decode: (image, signal) => decodeVariant(image.absolute, recipe, list, seed, variantStream(image.hash, v), signal),
  };
}

/** Some rows of a matrix. The few data sets with unreadable images pay with a copy; maps need none. */
function withRows(matrix: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const { width } = matrix;
  if (matrix.dense) {
    const copy = new Float32Array(rows.length * width);
    matrix.gather(rows, copy);
    return new DenseMatrix(copy, width);
  }
  const at = (row: number) => rows[row]!;
  return {
    rows: rows.length,
    width,
    dense: undefined,
    gather: (wanted, into) => matrix.gather(Array.from(wanted, at), into),
    setEncoded: (row, bytes) => matrix.setEncoded(at(row), bytes),
    [Symbol.dispose]: () => matrix[Symbol.dispose](),
  };
}
