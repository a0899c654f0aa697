import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { fillDropoutMask } from '../../../src/engine/graph/dropout.ts';
import { buildHead, type HeadOptions } from '../../../src/engine/graph/heads.ts';
import type { LossOptions } from '../../../src/engine/graph/loss.ts';
import { bakeParameters, initialise } from '../../../src/engine/graph/parameters.ts';
import { buildTrainingStep, evaluationGraph, type TrainingStep } from '../../../src/engine/graph/trainingStep.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { assertClose, rounded } from './reference/gradients.ts';
import { interpret } from './reference/interpret.ts';
import { runGraph } from './reference/runtime.ts';
import { filled, size, tensor, type Tensor64 } from './reference/tensor.ts';

type Feeds = Map<string, Tensor64>;

/** Random features, one-hot targets, weights as given, start values and dropout masks. */
function feedsOf(
  step: TrainingStep,
  parameters: Map<string, Float32Array>,
  weights: readonly number[],
  seed = 1,
): Feeds {
  const random = createRandom(seed);
  const feeds: Feeds = new Map();
  for (const { name, dims } of step.data)
    feeds.set(name, rounded(Array.from({ length: size(dims) }, () => random.normal()), dims)); // prettier-ignore
  const [batch, classes] = step.target.dims as [number, number];
  const target = filled([batch, classes]);
  for (let i = 0; i < batch; i++) target.data[i * classes + random.int(classes)] = 1;
  feeds.set('target', target);
  feeds.set('weight', tensor(weights, [batch]));
  for (const { name, dims } of step.state)
    feeds.set(name, tensor(parameters.get(name) ?? new Float32Array(size(dims)), dims));
  for (const [name, values] of parameters) {
    const input = step.graph.inputs.find(value => value.name === name);
    if (input) feeds.set(name, tensor(values, input.shape as number[]));
  }
  for (const { name, dims, rate } of step.masks) {
    const mask = new Float32Array(size(dims));
    fillDropoutMask(random, mask, rate);
    feeds.set(name, tensor(mask, dims));
  }
  return feeds;
}

const base: HeadOptions = { features: 5, layers: [6, 4], classes: 3 };

/** A head and a step that only gives gradients, with start values moved off zero so that every bias matters. */
function gradientStep(
  head: HeadOptions,
  loss: LossOptions,
  batch: number,
): { step: TrainingStep; values: Map<string, Float32Array> } {
  // prettier-ignore
  const { graph, parameters } = buildHead(head);
  const step = buildTrainingStep({ trainable: graph, parameters, loss, optimizer: { kind: 'gradients' }, batch });
  const values = initialise(parameters, 3);
  const random = createRandom(4);
  for (const array of values.values()) for (let i = 0; i < array.length; i++) array[i]! += 0.1 * random.normal();
  for (const { name, role } of parameters) if (role === 'statistic') values.get(name)!.fill(0.5);
  return { step, values };
}

const heads: [string, HeadOptions, LossOptions][] = [
  ['plain', base, {}],
  ['smoothing and class weights', base, { labelSmoothing: 0.2, classWeights: [1, 2.5, 0.4] }],
  ['batch normalisation before', { ...base, batchNorm: 'before' }, {}],
  ['batch normalisation after, and of the input', { ...base, batchNorm: 'after', inputBatchNorm: true }, {}],
  ['dropout', { ...base, dropout: [0.5, 0.25], inputDropout: 0.2 }, {}],
  ['linear', { ...base, layers: [] }, { labelSmoothing: 0.1 }],
  ['sigmoid', { ...base, activation: 'sigmoid' }, {}],
  ['hard-swish', { ...base, activation: 'hard-swish' }, {}],
  ['leaky-relu', { ...base, activation: 'leaky-relu' }, {}],
  ['tanh', { ...base, activation: 'tanh' }, {}],
];

for (const [name, head, loss] of heads)
  test(`the step's gradients are those of its loss: ${name}`, async () => {
    const { step, values } = gradientStep(head, loss, 7);
    const feeds = feedsOf(step, values, [1, 0.5, 2, 1, 1, 0, 0]);
    const exact = interpret(step.graph, feeds);
    const single = await runGraph(step.graph, feeds);
    const lossAt = (key: string, moved: Tensor64): number => interpret(step.graph, new Map(feeds).set(key, moved)).get('loss')!.data[0]!; // prettier-ignore
    assertClose(single.get('loss')!, exact.get('loss')!, 1e-5, 'loss');
    assertClose(single.get('probabilities')!, exact.get('probabilities')!, 1e-5, 'probabilities');
    const trained = step.graph.outputs.map(v => v.name).filter(v => v.endsWith('_gradient'));
    assert.ok(trained.length >= 2);
    for (const output of trained) {
      const key = output.slice(0, -'_gradient'.length);
      const at = feeds.get(key)!;
      const expected = tensor(at.data, at.dims);
      for (let i = 0; i < at.data.length; i++) {
        const move = (by: number): Tensor64 => ({ dims: at.dims, data: at.data.with(i, at.data[i]! + by) });
        expected.data[i] = (lossAt(key, move(1e-5)) - lossAt(key, move(-1e-5))) / 2e-5;
      }
      assertClose(exact.get(output)!, expected, 1e-7, output);
      assertClose(single.get(output)!, expected, 1e-5, output);
    }
  });

test('samples of weight 0 change nothing, batch normalisation included', () => {
  const head: HeadOptions = { ...base, batchNorm: 'before' };
  const { step, values } = gradientStep(head, {}, 6);
  const full = feedsOf(step, values, [1, 1, 1, 1, 0, 0]);
  const small = gradientStep(head, {}, 4).step;
  const feeds = new Map(full);
  for (const name of ['features', 'target', 'weight']) {
    const value = full.get(name)!;
    const dims = value.dims.with(0, 4);
    feeds.set(name, tensor(value.data.subarray(0, size(dims)), dims));
  }
  const [padded, plain] = [interpret(step.graph, full), interpret(small.graph, feeds)];
  const names = small.graph.outputs.map(v => v.name).filter(v => v !== 'logits' && v !== 'probabilities');
  assert.ok(names.some(v => v.endsWith('running_variance_next')));
  for (const name of names) assertClose(padded.get(name)!, plain.get(name)!, 1e-12, name);
});

test('running statistics move as in PyTorch: momentum 0.1, unbiased variance', () => {
  const { step, values } = gradientStep({ features: 2, layers: [], classes: 2, inputBatchNorm: true }, {}, 4);
  const feeds = feedsOf(step, values, [1, 1, 1, 1]);
  feeds.set('features', tensor([1, 0, 2, 0, 3, 0, 6, 4], [4, 2]));
  const result = interpret(step.graph, feeds);
  // Column means 3 and 1, unbiased variances 14/3 and 4; both started at 0.5.
  const mean = result.get('head/input/norm/running_mean_next')!;
  const variance = result.get('head/input/norm/running_variance_next')!;
  assertClose(mean, tensor([0.45 + 0.3, 0.45 + 0.1], [2]), 1e-6, 'mean');
  assertClose(variance, tensor([0.45 + 1.4 / 3, 0.45 + 0.4], [2]), 1e-6, 'variance');
});

test('the loss stays finite for huge logits', async () => {
  const { step, values } = gradientStep({ features: 2, layers: [], classes: 3 }, {}, 2);
  const feeds = feedsOf(step, values, [1, 1]);
  feeds.set('features', tensor([1e4, -1e4, 3e4, 1e4], [2, 2]));
  const result = await runGraph(step.graph, feeds);
  for (const { name } of step.graph.outputs) assert.ok(result.get(name)!.data.every(Number.isFinite), name);
});

test('evaluation has no dropout, uses running statistics, and keeps the batch open', async () => {
  const head = buildHead({ ...base, batchNorm: 'before', dropout: 0.5 });
  const graph = evaluationGraph(head.graph);
  assert.deepEqual(graph.nodes.filter(n => n.opType === 'Dropout'), []); // prettier-ignore
  const values = initialise(head.parameters, 1);
  const baked = bakeParameters(graph, values);
  assert.deepEqual(baked.inputs.map(v => v.name), ['features']); // prettier-ignore
  for (const batch of [1, 3]) {
    const feeds: Feeds = new Map([['features', filled([batch, 5], 0.5)]]);
    const result = await runGraph(baked, feeds);
    assertClose(result.get('logits')!, interpret(baked, feeds).get('logits')!, 1e-5, 'logits');
    const sum = result
      .get('probabilities')!
      .data.subarray(0, 3)
      .reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
});

test('start values depend on seed and name only, and have the variance promised', () => {
  const wide = buildHead({ features: 400, layers: [300], classes: 10 }).parameters;
  const [a, b, other] = [initialise(wide, 1), initialise(wide, 1), initialise(wide, 2)];
  assert.deepEqual(a, b);
  assert.notDeepEqual(a.get('head/dense1/weight'), other.get('head/dense1/weight'));
  assert.deepEqual(initialise(wide.slice(2), 1).get('head/logits/weight'), a.get('head/logits/weight'));
  const weights = a.get('head/dense1/weight')!;
  const variance = weights.reduce((s, w) => s + w * w, 0) / weights.length;
  assert.ok(Math.abs(variance / (2 / 400) - 1) < 0.02);
  const last = a.get('head/logits/weight')!;
  const limit = Math.sqrt(6 / 310);
  assert.ok(last.every(w => Math.abs(w) <= limit) && Math.max(...last) > 0.95 * limit);
  assert.ok(a.get('head/dense1/bias')!.every(v => v === 0));
});

test('wrong options are refused in words', () => {
  const head = buildHead(base);
  const common = { trainable: head.graph, parameters: head.parameters, optimizer: { kind: 'adam' } as const };
  const refuse = (make: () => unknown, text: RegExp): void =>
    assert.throws(make, e => e instanceof HeadwayError && e.code === 'invalid' && text.test(e.message)); // prettier-ignore
  refuse(() => buildTrainingStep({ ...common, batch: 0 }), /batch size 0/);
  refuse(() => buildTrainingStep({ ...common, batch: 4, loss: { labelSmoothing: 1 } }), /smoothing 1/);
  refuse(() => buildTrainingStep({ ...common, batch: 4, loss: { l2: -1 } }), /L2 penalty -1/);
  refuse(() => buildTrainingStep({ ...common, parameters: [], batch: 4 }), /nothing to train/);
  refuse(() => buildHead({ ...base, layers: [0] }), /0 units/);
  refuse(() => buildHead({ ...base, dropout: 1 }), /dropout 1/);
});
