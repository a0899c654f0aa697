/** What a run would take, from a few measured steps and what this machine did before. */
import type { RunEstimate, TrainConfig } from '../../shared/experiment.ts';
import { parseHead } from '../../shared/head.ts';
import { cutBackbone, type Cut } from '../backbones/cut.ts';
import { getBackbone } from '../backbones/registry.ts';
import { openDataset } from '../datasets/dataset.ts';
import type { Engine } from '../engine.ts';
import { featureKey } from '../features/extract.ts';
import { DenseMatrix, matrixBytes, rowBytes } from '../features/matrix.ts';
import { sizeOf } from '../graph/tensors.ts';
import { parameterCount } from '../graph/trainable.ts';
import { fillBatch } from '../train/batch.ts';
import { checkConfig } from '../train/config.ts';
import { buildStep } from '../train/gradientTrainer.ts';
import { createRandom } from '../train/random.ts';
import { StepLoop } from '../train/stepLoop.ts';
import { groupRates, groupsIn, trainableHead, trainableTail, type Trainable } from '../train/trainable.ts';
import type { TrainingData } from '../train/training.ts';
import { augmentedCount, chooseImages, knownSpeed, variantOf } from './prepare.ts';

/** Images per second assumed until this machine has computed features once. */
const ASSUMED_SPEED = 100;
const WARM_UP_STEPS = 2;
const MEASURED_STEPS = 4;
/** A probe visits all images about so often per penalty, and tries about so many penalties. */
const PROBE_ROUNDS = 300;

/** Throws HeadwayError. */
export async function estimateRun(
  engine: Engine,
  workspace: string,
  config: TrainConfig,
  signal: AbortSignal,
): Promise<RunEstimate> {
  checkConfig(config);
  const dataset = await openDataset(workspace, config.dataset, { store: engine.store, signal });
  const backbone = await getBackbone(config.backbone, { directory: engine.cacheDirectory });
  const cut = await cutBackbone(backbone, config.boundary, config.pooling);
  const width = sizeOf(cut.dims);
  const images = chooseImages(dataset, config);
  const augmented = images.slice(0, augmentedCount(images, config));
  const variants = augmented.length > 0 ? config.variants : 0;
  const missing = (list: readonly { hash: string }[], variant?: string) =>
    list.length - engine.store.countFeatures(featureKey(backbone, cut, variant), list.map(image => image.hash)); // prettier-ignore
  let toCompute = missing(images);
  for (let v = 0; v < variants; v++) toCompute += missing(augmented, variantOf(config, backbone, v)?.name);
  const trainImages = images.filter(image => image.split === 'train').length;
  const trainable = trainableOf(cut, dataset.file.classes.length, config);
  const secondsPerEpoch = await measureEpoch(engine, trainable, cut, dataset.file.classes.length, trainImages, config);
  const parameters = parameterCount(trainable.parameters);
  const probe = parseHead(config.head).kind === 'probe';
  return {
    parameters,
    trainImages,
    toCompute,
    cacheBytes: toCompute * rowBytes(width),
    // Weights and two moments, each twice (the state goes in and out).
    memoryBytes: matrixBytes(images.length + variants * augmented.length, width) + parameters * 4 * 6,
    secondsPerEpoch,
    seconds:
      toCompute / (knownSpeed(engine) ?? ASSUMED_SPEED) + secondsPerEpoch * (probe ? PROBE_ROUNDS : config.epochs),
  };
}

export const trainableOf = (cut: Cut, classes: number, config: TrainConfig): Trainable =>
  cut.tail ? trainableTail(cut.tail, classes, config) : trainableHead(sizeOf(cut.dims), classes, config);

/** Times a few steps on made-up features and scales them to an epoch. */
async function measureEpoch(
  engine: Engine,
  trainable: Trainable,
  { dims }: Cut,
  classes: number,
  trainImages: number,
  config: TrainConfig,
): Promise<number> {
  const batch = Math.min(config.batch, Math.max(1, trainImages));
  const width = sizeOf(dims);
  const rows = Int32Array.from({ length: batch }, (_, i) => i);
  const random = createRandom(1, 'estimate');
  const data: TrainingData = {
    features: new DenseMatrix(
      Float32Array.from({ length: batch * width }, () => random.next()),
      width,
    ),
    dims,
    labels: rows.map(i => i % classes),
    classes,
    train: rows,
    validation: new Int32Array(0),
  };
  const step = buildStep(trainable, data, config, batch);
  await using loop = await StepLoop.open(
    await engine.runtime(),
    step,
    { start: trainable.start, groups: groupsIn(trainable) },
    {},
  );
  let begin = 0;
  for (let i = 0; i < WARM_UP_STEPS + MEASURED_STEPS; i++) {
    if (i === WARM_UP_STEPS) begin = performance.now();
    fillBatch(loop, data, { images: rows, rows }, 0);
    await loop.step(groupRates(loop.groups, 1e-3, config.backboneRate), random);
  }
  return ((performance.now() - begin) / 1000 / MEASURED_STEPS) * Math.ceil(trainImages / batch);
}
