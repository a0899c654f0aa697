/** The same work as the peer's, through the code that trains in the product. */
import { DEFAULT_CONFIG, type TrainConfig } from '../../src/shared/experiment.ts';
import { createMatrix, encodeRow } from '../../src/engine/features/matrix.ts';
import { createBuilder } from '../../src/engine/graph/builder.ts';
import type { Graph } from '../../src/engine/graph/ir.ts';
import { floatTensor } from '../../src/engine/graph/tensors.ts';
import type { Runtime } from '../../src/engine/runtime/runtime.ts';
import { fillBatch } from '../../src/engine/train/batch.ts';
import { epochOrder } from '../../src/engine/train/epochOrder.ts';
import { buildStep } from '../../src/engine/train/gradientTrainer.ts';
import { createRandom, type Random } from '../../src/engine/train/random.ts';
import { StepLoop } from '../../src/engine/train/stepLoop.ts';
import { BACKBONE, HEAD, trainableHead, trainableTail } from '../../src/engine/train/trainable.ts';
import type { TrainingData } from '../../src/engine/train/training.ts';
import type { Work } from './works.ts';

const RATE = 1e-4;

export class OurSession implements AsyncDisposable {
  readonly #loop: StepLoop;
  readonly #data: TrainingData;
  readonly #config: TrainConfig;
  readonly #random: Random;
  #epoch = 0;

  private constructor(loop: StepLoop, data: TrainingData, config: TrainConfig) {
    this.#loop = loop;
    this.#data = data;
    this.#config = config;
    this.#random = createRandom(1);
  }

  static async open(runtime: Runtime, work: Work, threads: number): Promise<OurSession> {
    const { sizes, batch, dims } = work;
    const classes = sizes.at(-1)!;
    const config: TrainConfig = {
      ...DEFAULT_CONFIG,
      dataset: 'bench',
      head: sizes.slice(1, -1).join('-'),
      pooling: 'flatten',
      dropout: 0,
      l2: 0,
      batch,
      threads,
    };
    const data = randomData(work, classes);
    const trainable =
      work.convolutions > 0
        ? trainableTail(convolutions(dims as [number, number, number], work.convolutions), classes, config)
        : trainableHead(sizes[0], classes, config);
    const groups = work.convolutions > 0 ? [HEAD, BACKBONE] : [HEAD];
    const step = buildStep(trainable, data, config, batch);
    const loop = await StepLoop.open(runtime, step, { start: trainable.start, groups }, { threads, spinning: true });
    return new OurSession(loop, data, config);
  }

  /** Seconds for so many steps on shuffled batches. */
  async run(steps: number): Promise<number> {
    const loop = this.#loop;
    const batch = loop.weight.length;
    const perEpoch = Math.floor(this.#data.train.length / batch);
    const order = epochOrder(this.#data, this.#config, ++this.#epoch);
    const rates = Object.fromEntries(loop.groups.map(group => [group, RATE]));
    const start = performance.now();
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      fillBatch(loop, this.#data, order, (step % perEpoch) * batch);
      loss = await loop.step(rates, this.#random);
    }
    const seconds = (performance.now() - start) / 1000;
    if (!Number.isFinite(loss)) throw new Error('diverged');
    return seconds;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }
}

function randomData({ dims, rows }: Work, classes: number): TrainingData {
  const width = dims.reduce((p, n) => p * n, 1);
  const random = createRandom(1, 'features');
  const features = createMatrix(rows, width, '');
  const row = new Float32Array(width);
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < width; d++) row[d] = random.next() - 0.5;
    features.setEncoded(i, encodeRow(row));
  }
  return {
    features,
    dims,
    labels: Int32Array.from({ length: rows }, () => random.int(classes)),
    classes,
    train: Int32Array.from({ length: rows }, (_, i) => i),
    validation: new Int32Array(0),
  };
}

/** `count` times Conv 3×3 and ReLU, then MaxPool 2×2, with random constants as a pre-trained backbone has them. */
function convolutions([channels, height, width]: [number, number, number], count: number): Graph {
  const b = createBuilder('tail');
  const random = createRandom(1, 'tail');
  const deviation = Math.sqrt(2 / (9 * channels));
  let x = b.input('map', 'float32', ['batch', channels, height, width]);
  for (let i = 1; i <= count; i++) {
    const kernel = Float32Array.from({ length: channels * channels * 9 }, () => random.normal() * deviation);
    const weight = b.initializer(`conv${i}/weight`, floatTensor(kernel, [channels, channels, 3, 3]));
    const bias = b.initializer(`conv${i}/bias`, floatTensor(new Float32Array(channels), [channels]));
    x = b.add('Relu', [b.add('Conv', [x, weight, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })]);
  }
  return b.output(b.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] })).build();
}
