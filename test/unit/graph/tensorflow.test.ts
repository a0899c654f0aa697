import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createBuilder } from '../../../src/engine/graph/builder.ts';
import { buildHead, type HeadOptions } from '../../../src/engine/graph/heads.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import type { OptimizerOptions } from '../../../src/engine/graph/optimizers/optimizer.ts';
import { initialise, type Parameter } from '../../../src/engine/graph/parameters.ts';
import { buildTrainingStep } from '../../../src/engine/graph/trainingStep.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { openSession } from './reference/runtime.ts';
import { batchNorm, conv, dense, depthwise, losses, variables, type Weights } from './reference/tensorflow.ts';
import { filled, size, tensor, type Tensor64 } from './reference/tensor.ts';

const STEPS = 20;
const K = 3;
const B = 8;

before(async () => {
  await tf.setBackend('cpu');
});

interface Problem {
  graph: Graph;
  parameters: Parameter[];
  /** Input name and dims with the batch. */
  input: [string, number[]];
  forward: (x: tf.Tensor, w: Weights) => tf.Tensor;
}

/** Runs both from equal weights on equal data; gives the two loss curves. */
async function curves(
  { graph, parameters, input: [name, dims], forward }: Problem,
  ours: OptimizerOptions,
  rate: number,
  theirs: tf.Optimizer,
): Promise<[number[], number[]]> {
  const random = createRandom(11);
  const x = Float32Array.from({ length: size(dims) }, () => random.normal());
  const target = new Float32Array(B * K);
  for (let i = 0; i < B; i++) target[i * K + random.int(K)] = 1;
  const values = initialise(parameters, 5);

  const step = buildTrainingStep({ trainable: graph, parameters, optimizer: ours, batch: B });
  const run = await openSession(step.graph);
  const fixed: [string, Tensor64][] = [
    [name, tensor(x, dims)],
    ['target', tensor(target, [B, K])],
    ['weight', filled([B], 1)],
  ];
  let state = new Map(step.state.map(s => [s.name, tensor(values.get(s.name) ?? new Float32Array(size(s.dims)), s.dims)])); // prettier-ignore
  const mine: number[] = [];
  for (let t = 1; t <= STEPS; t++) {
    const scalars = Object.entries(step.scalars(t, { head: rate })).map(([n, v]) => [n, tensor([v], [])] as const);
    const result = await run(new Map([...fixed, ...scalars, ...state]));
    mine.push(result.get('loss')!.data[0]!);
    state = new Map(step.state.map(s => [s.name, result.get(s.next)!]));
  }
  await run.close();

  const trained = new Map(parameters.filter(p => p.role !== 'statistic').map(p => [p.name, values.get(p.name)!]));
  const weights = variables(trained, n => parameters.find(p => p.name === n)!.dims);
  const features = tf.tensor(x, dims);
  const peer = losses(theirs, weights, () => forward(features, weights), tf.tensor(target, [B, K]), STEPS);
  return [mine, peer];
}

function assertSameCurve([mine, peer]: [number[], number[]]): void {
  assert.equal(mine.length, STEPS);
  for (const [i, loss] of peer.entries())
    assert.ok(Math.abs(mine[i]! - loss) <= 1e-4 + 2e-3 * loss, `step ${i + 1}: ${mine[i]} against ${loss}`);
  assert.ok(mine.at(-1) < 0.7 * mine[0]!, `the loss fell from ${mine[0]} to ${mine.at(-1)} only`);
}

function headProblem(options: Omit<HeadOptions, 'features' | 'classes'>): Problem {
  const { graph, parameters } = buildHead({ features: 12, classes: K, ...options });
  const forward = (x: tf.Tensor, w: Weights): tf.Tensor => {
    let y = x;
    for (const [i] of options.layers.entries()) {
      const name = `head/dense${i + 1}`;
      const norm = (t: tf.Tensor): tf.Tensor => batchNorm(t, w.get(`${name}/norm/scale`)!, w.get(`${name}/norm/bias`)!);
      y = dense(y, w.get(`${name}/weight`)!, w.get(`${name}/bias`));
      if (options.batchNorm === 'before') y = norm(y);
      if (options.activation === 'tanh') y = tf.tanh(y);
      else if (options.activation === 'sigmoid') y = tf.sigmoid(y);
      else if (options.activation === 'leaky-relu') y = tf.leakyRelu(y, 0.01);
      else y = tf.relu(y);
      if (options.batchNorm === 'after') y = norm(y);
    }
    return dense(y, w.get('head/logits/weight')!, w.get('head/logits/bias'));
  };
  return { graph, parameters, input: ['features', [B, 12]], forward };
}

const optimizers: [string, OptimizerOptions, number, () => tf.Optimizer][] = [
  ['Adam', { kind: 'adam' }, 0.01, () => tf.train.adam(0.01, 0.9, 0.999, 1e-8)],
  ['SGD', { kind: 'sgd', momentum: 0 }, 0.1, () => tf.train.sgd(0.1)],
  ['Nesterov', { kind: 'sgd', momentum: 0.9 }, 0.02, () => tf.train.momentum(0.02, 0.9, true)],
];

for (const [name, ours, rate, theirs] of optimizers)
  test(`head 16-8 with ${name} has TensorFlow.js's loss curve`, async () => {
    assertSameCurve(await curves(headProblem({ layers: [16, 8] }), ours, rate, theirs()));
  });

for (const options of [
  { layers: [] },
  { layers: [16], batchNorm: 'before' },
  { layers: [16, 8], batchNorm: 'after' },
  { layers: [16], activation: 'tanh' },
  { layers: [16], activation: 'leaky-relu' },
] as const)
  test(`head ${JSON.stringify(options)} has TensorFlow.js's loss curve`, async () => {
    const theirs = tf.train.adam(0.02, 0.9, 0.999, 1e-8);
    assertSameCurve(await curves(headProblem(options), { kind: 'adam' }, 0.02, theirs));
  });

/** Conv, BatchNormalization, ReLU, MaxPool, depthwise Conv, ReLU6, pointwise Conv, average pooling, dense. */
function network(): Problem {
  const b = createBuilder('network');
  const parameters: Parameter[] = [];
  const parameter = (name: string, dims: number[], role: Parameter['role'], init: Parameter['init']): string => {
    parameters.push({ name, dims, role, init, group: 'head' });
    return b.input(name, 'float32', dims);
  };
  const x = b.input('image', 'float32', ['batch', 2, 9, 9]);
  const stem = b.add('Conv', [x, parameter('stem', [4, 2, 3, 3], 'weight', 'he')], { pads: [1, 1, 1, 1] });
  const normalised = b.add('BatchNormalization', [
    stem,
    parameter('scale', [4], 'scale', 'one'),
    parameter('shift', [4], 'bias', 'zero'),
    parameter('mean', [4], 'statistic', 'zero'),
    parameter('variance', [4], 'statistic', 'one'),
  ]);
  const pooled = b.add('MaxPool', [b.add('Relu', [normalised])], { kernel_shape: [3, 3], strides: [2, 2] });
  const weight = parameter('depthwise', [4, 1, 3, 3], 'weight', 'he');
  const deep = b.add('Conv', [pooled, weight], { group: 4, strides: [2, 2], pads: [0, 0, 1, 1] });
  const six = b.add('Clip', [deep, b.constant(0), b.constant(6)]);
  const point = parameter('pointwise', [6, 4, 1, 1], 'weight', 'he');
  const wide = b.add('Conv', [six, point, parameter('point/bias', [6], 'bias', 'zero')]);
  const flat = b.add('Flatten', [b.add('GlobalAveragePool', [b.add('HardSwish', [wide])])]);
  const last = parameter('last', [K, 6], 'weight', 'glorot');
  const logits = b.add('Gemm', [flat, last, parameter('last/bias', [K], 'bias', 'zero')], { transB: 1 });
  const forward = (images: tf.Tensor, w: Weights): tf.Tensor => {
    let y = conv(tf.transpose(images, [0, 2, 3, 1]), w.get('stem')!, 1, [1, 1]);
    y = tf.relu(batchNorm(y, w.get('scale')!, w.get('shift')!));
    y = tf.maxPool(y as tf.Tensor4D, 3, 2, 'valid');
    y = tf.relu6(depthwise(y, w.get('depthwise')!, 2, [0, 1]));
    y = conv(y, w.get('pointwise')!, 1, [0, 0], w.get('point/bias'));
    y = y.mul(tf.clipByValue(y.div(6).add(0.5), 0, 1));
    return dense(tf.mean(y, [1, 2]), w.get('last')!, w.get('last/bias'));
  };
  return { graph: b.output(logits).build(), parameters, input: ['image', [B, 2, 9, 9]], forward };
}

test("a small convolutional network has TensorFlow.js's loss curve", async () => {
  const theirs = tf.train.adam(0.03, 0.9, 0.999, 1e-8);
  assertSameCurve(await curves(network(), { kind: 'adam' }, 0.03, theirs));
});
