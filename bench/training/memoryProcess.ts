/** A process of its own that trains a head on 100,000 feature vectors for an epoch and prints its peak resident memory, bytes. */
import { DEFAULT_CONFIG, type TrainConfig } from '../../src/shared/experiment.ts';
import { DenseMatrix } from '../../src/engine/features/matrix.ts';
import { createNativeRuntime } from '../../src/engine/runtime/native.ts';
import { trainByGradient } from '../../src/engine/train/gradientTrainer.ts';
import { createRandom } from '../../src/engine/train/random.ts';
import { trainableHead } from '../../src/engine/train/trainable.ts';

const [rows, width, classes, held] = [100_000, 1280, 50, 10_000];
const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'bench', head: '512-64', epochs: 1 };
const random = createRandom(1);
const features = new Float32Array(rows * width);
for (let i = 0; i < features.length; i++) features[i] = random.next();
await using runtime = createNativeRuntime();
await trainByGradient(
  trainableHead(width, classes, config),
  {
    features: new DenseMatrix(features, width),
    dims: [width],
    labels: Int32Array.from({ length: rows }, () => random.int(classes)),
    classes,
    train: Int32Array.from({ length: rows - held }, (_, i) => i),
    validation: Int32Array.from({ length: held }, (_, i) => rows - held + i),
  },
  config,
  { runtime, stop: new AbortController().signal, onEpoch: () => {}, checkpointKey: 'bench' },
);
process.stdout.write(`${process.resourceUsage().maxRSS * 1024}\n`);
