import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { compiledKernel } from '../../../scripts/buildKernels.ts';
import { buildHead } from '../../../src/engine/graph/heads.ts';
import type { OptimizerOptions } from '../../../src/engine/graph/optimizers/optimizer.ts';
import { initialise, type ParameterValues } from '../../../src/engine/graph/parameters.ts';
import { buildTrainingStep } from '../../../src/engine/graph/trainingStep.ts';
import { createPortableRuntime } from '../../../src/engine/runtime/portable.ts';
import type { Runtime } from '../../../src/engine/runtime/runtime.ts';
import { fusedWeights } from '../../../src/engine/train/kernels/fusedWeights.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { StepLoop } from '../../../src/engine/train/stepLoop.ts';
import { openTestRuntime } from './runtime.ts';

const BATCH = 7;
const CLASSES = 5;
const WIDTH = 1096;
const HEAD = buildHead({ features: WIDTH, layers: [72, 20], classes: CLASSES, batchNorm: 'before', dropout: 0.3 });
/** Both large enough to be shared among threads or not: 1096 × 72 and 20 × 72 (too small to be chosen by itself). */
const FUSED = ['head/dense1/weight', 'head/dense2/weight'];
const OTHERS = HEAD.parameters.filter(p => p.role !== 'statistic' && !FUSED.includes(p.name)).map(p => p.name);
const adam: OptimizerOptions = { kind: 'adam' };

interface Course {
  losses: number[];
  state: ParameterValues;
}

/** Twelve steps on the same seeded data; `factored` and `direct` parameters are left to the kernel. `again`: a second loop goes on after so many. */
async function train(
  runtime: Runtime,
  { factored = FUSED, direct = OTHERS, optimizer = adam, l2 = 0, threads = 2, again = 12 } = {},
): Promise<Course> {
  const step = buildTrainingStep({
    trainable: HEAD.graph,
    parameters: HEAD.parameters,
    optimizer,
    loss: { l2 },
    factored,
    direct,
    batch: BATCH,
  });
  const course: Course = { losses: [], state: initialise(HEAD.parameters, 3) };
  for (const [from, to] of [
    [0, again],
    [again, 12],
  ] as const) {
    const start = { start: course.state, steps: from, groups: ['head'] };
    await using loop = await StepLoop.open(runtime, step, start, { threads });
    for (let i = from; i < to; i++) {
      const random = createRandom(5, `step/${i}`);
      for (let j = 0; j < loop.features.length; j++) loop.features[j] = random.normal();
      loop.target.fill(0);
      for (let b = 0; b < BATCH; b++) loop.target[b * CLASSES + random.int(CLASSES)] = 1;
      loop.weight.fill(1).fill(0, BATCH - 1);
      course.losses.push(await loop.step({ head: 0.01 }, random));
    }
    course.state = new Map(Array.from(loop.state, ([name, values]) => [name, values.slice()]));
  }
  return course;
}

function assertNear(actual: Course, expected: Course, tolerance: number): void {
  assert.deepEqual([...actual.state.keys()].sort(), [...expected.state.keys()].sort());
  actual.losses.forEach((loss, i) =>
    assert.ok(
      Math.abs(loss - expected.losses[i]!) < tolerance,
      `loss of step ${i}: ${loss}, not ${expected.losses[i]}`,
    ),
  );
  for (const [name, values] of actual.state) {
    const other = expected.state.get(name)!;
    const scale = other.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    values.forEach((v, i) =>
      assert.ok(Math.abs(v - other[i]!) < tolerance * scale, `${name}[${i}]: ${v}, not ${other[i]}`),
    );
  }
}

describe('the fused Adam', () => {
  const settings: [string, { optimizer?: OptimizerOptions; l2?: number }][] = [
    ['Adam', {}],
    ['Adam with L2', { l2: 0.05 }],
    ['Adam with its own decay', { optimizer: { kind: 'adam', weightDecay: 0.05 } }],
    ['AdamW', { optimizer: { kind: 'adamw', weightDecay: 0.5 } }],
    ['other constants', { optimizer: { kind: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-3 } }],
    ['clipping', { optimizer: { kind: 'adam', clipNorm: 0.1 } }],
  ];
  for (const [name, setting] of settings)
    it(`trains as the graph does: ${name}`, async () => {
      await using runtime = openTestRuntime();
      const plain = await train(runtime, { ...setting, factored: [], direct: [] });
      const fused = await train(runtime, setting);
      assert.ok(plain.losses.at(-1) !== plain.losses[0]!);
      assertNear(fused, plain, 2e-4);
      assertNear(await train(runtime, { ...setting, direct: [] }), plain, 2e-4);
    });

  it('gives the same bits with one thread and with several', async () => {
    await using runtime = openTestRuntime();
    const one = await train(runtime, { threads: 1 });
    for (const threads of [2, 3]) assert.deepEqual(await train(runtime, { threads }), one);
  });

  it('goes on from its state as if it had not stopped', async () => {
    await using runtime = openTestRuntime();
    assert.deepEqual(await train(runtime, { again: 5 }), await train(runtime));
  });

  it('works where the runtime does not share memory with it', async () => {
    await using native = openTestRuntime();
    await using portable = await createPortableRuntime();
    assertNear(await train(portable), await train(native), 1e-4);
  });

  it('is taken for all parameters where a large dense weight is among them, under Adam only', () => {
    const [first, ...others] = HEAD.parameters.filter(p => p.role !== 'statistic').map(p => p.name);
    assert.deepEqual(fusedWeights(HEAD, adam, BATCH), { factored: [first], direct: others });
    const none = { factored: [], direct: [] };
    assert.deepEqual(fusedWeights(HEAD, { kind: 'sgd' }, BATCH), none);
    const odd = buildHead({ features: 1001, layers: [64], classes: CLASSES });
    assert.deepEqual(fusedWeights(odd, adam, BATCH), none, 'columns are not a multiple of 8');
    const huge = buildHead({ features: 524_288, layers: [1024], classes: CLASSES });
    assert.deepEqual(fusedWeights(huge, adam, BATCH), none, 'more than the memory of WebAssembly');
  });

  it('is what its source compiles to', async () => {
    const kept = readFileSync(new URL('../../../src/engine/train/kernels/denseAdam.ts', import.meta.url), 'utf8');
    assert.equal(kept, await compiledKernel());
  });
});
