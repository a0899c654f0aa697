/** Features for the probe's benchmark: the photographs beside the checkout where they are, else clusters of the same size. */
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { cutBackbone } from '../../src/engine/backbones/cut.ts';
import { getBackbone } from '../../src/engine/backbones/registry.ts';
import { extractFeatures } from '../../src/engine/features/extract.ts';
import { DenseMatrix } from '../../src/engine/features/matrix.ts';
import { identifyFiles } from '../../src/engine/images/identify.ts';
import type { Runtime } from '../../src/engine/runtime/runtime.ts';
import { openStore } from '../../src/engine/store/store.ts';
import { createRandom } from '../../src/engine/train/random.ts';
import type { TrainingData } from '../../src/engine/train/training.ts';

const root = path.resolve(import.meta.dirname, '../..');
const photographs = path.resolve(root, '../shared/data/produce');
/** Features are computed once (a minute). */
const cache = path.join(root, '.tools/bench-features');

/** Trains on the training images; validates on the test images, which are many. */
export async function probeData(
  runtime: Runtime,
  note: (text: string) => void,
): Promise<{ name: string; data: TrainingData }> {
  if (!existsSync(photographs)) return { name: 'synthetic features', data: clusters() };
  const files = ['train', 'test'].map(split => globSync('*/*.jpg', { cwd: path.join(photographs, split) }).sort());
  const [train, test] = files as [string[], string[]];
  note(`Features of ${train.length + test.length} photographs ...`);
  const names = [...new Set(train.map(file => path.dirname(file)))];
  const labels = Int32Array.from([...train, ...test], file => names.indexOf(path.dirname(file)));
  const absolute = [
    ...train.map(file => path.join(photographs, 'train', file)),
    ...test.map(file => path.join(photographs, 'test', file)),
  ];
  using store = openStore(cache);
  const identities = await identifyFiles(store, absolute);
  const images = absolute.map((file, i) => ({ path: file, absolute: file, hash: identities[i]!.hash! }));
  const backbone = await getBackbone('efficientnet-lite0');
  const { features } = await extractFeatures({
    images,
    backbone,
    cut: await cutBackbone(backbone, 'pool'),
    runtime,
    store,
  });
  return { name: 'photographs', data: trainingData(features.dense!, labels, train.length) };
}

function trainingData(features: Float32Array, labels: Int32Array, train: number): TrainingData {
  const width = features.length / labels.length;
  return {
    features: new DenseMatrix(features, width),
    dims: [width],
    labels,
    classes: labels.reduce((most, label) => Math.max(most, label + 1), 0),
    train: Int32Array.from({ length: train }, (_, i) => i),
    validation: Int32Array.from({ length: labels.length - train }, (_, i) => train + i),
  };
}

/** Overlapping clusters, not negative and sparse as pooled activations are: 1,776 and 500 rows of 1,280 values, 50 classes. */
function clusters(): TrainingData {
  const [classes, width, train, rows] = [50, 1280, 1776, 2276];
  const random = createRandom(1, 'clusters');
  const centres = Array.from({ length: classes * width }, () => 0.4 * random.normal());
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  const features = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++)
    for (let d = 0; d < width; d++)
      features[i * width + d] = Math.max(0, centres[labels[i]! * width + d]! + random.normal());
  return trainingData(features, labels, train);
}
