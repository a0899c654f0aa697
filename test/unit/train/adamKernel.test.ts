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
import { AdamKernel } from '../../../src/engine/train/kernels/adamKernel.ts';
import { kernelServes } from '../../../src/engine/train/kernels/kernelParameters.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { StepLoop } from '../../../src/engine/train/stepLoop.ts';
import { openTestRuntime } from './runtime.ts';

const BATCH = 7;
const CLASSES = 5;
const WIDTH = 1096;
/** Its first weight is more than one piece of the kernel's work; others are not a multiple of four long. */
const HEAD = buildHead({ features: WIDTH, layers: [72, 21], classes: CLASSES, batchNorm: 'before', dropout: 0.3 });
const adam: OptimizerOptions = { kind: 'adam' };

interface Course {
  losses: number[];
  state: ParameterValues;
}

/** Twelve steps on the same seeded data; `byCaller`: by the kernel. `again`: a second loop goes on after so many. */
async function train(
  runtime: Runtime,
  { byCaller = true, optimizer = adam, l2 = 0, again = 12 } = {},
): Promise<Course> {
  const step = buildTrainingStep({
    trainable: HEAD.graph,
    parameters: HEAD.parameters,
    optimizer,
    loss: { l2 },
    byCaller,
    batch: BATCH,
  });
  const course: Course = { losses: [], state: initialise(HEAD.parameters, 3) };
  for (const [from, to] of [
    [0, again],
    [again, 12],
  ] as const) {
    const start = { start: course.state, steps: from, groups: ['head'] };
    await using loop = await StepLoop.open(runtime, step, start, { threads: 2 });
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

describe('the Adam kernel', () => {
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
      const plain = await train(runtime, { ...setting, byCaller: false });
      const fused = await train(runtime, setting);
      assert.ok(plain.losses.at(-1) !== plain.losses[0]!);
      assertNear(fused, plain, 2e-4);
    });

  it('gives the same bits with one thread and with several', async () => {
    const length = 1_000_003;
    const numbers = { beta1: 0.9, beta2: 0.999, size: 0.01, epsilon: 1e-8, l2: 0.1, kept: 0.99 };
    const results: Float32Array[] = [];
    for (const threads of [1, 2, 3]) {
      await using kernel = new AdamKernel([5, length], threads);
      const { weight, m, v, gradient } = kernel.arrays[1]!;
      const random = createRandom(1);
      for (let step = 0; step < 5; step++) {
        for (let i = 0; i < length; i += 7) gradient[i] = random.normal();
        kernel.update(1, numbers);
      }
      assert.ok(
        kernel.arrays[0]!.weight.every(value => value === 0),
        'the other parameter is untouched',
      );
      results.push(weight.slice(), m.slice(), v.slice());
    }
    for (const [i, result] of results.entries())
      assert.ok(Buffer.from(result.buffer).equals(Buffer.from(results[i % 3]!.buffer)));
    assert.ok(results[0]!.some(value => value !== 0));
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

  it('serves Adam and AdamW as far as the memory of WebAssembly reaches', () => {
    assert.equal(kernelServes(HEAD.parameters, adam), true);
    assert.equal(kernelServes(HEAD.parameters, { kind: 'sgd' }), false);
    const huge = buildHead({ features: 524_288, layers: [1024], classes: CLASSES });
    assert.equal(kernelServes(huge.parameters, adam), false);
  });

  it('is what its source compiles to', async () => {
    const kept = readFileSync(new URL('../../../src/engine/train/kernels/adamBinary.ts', import.meta.url), 'utf8');
    assert.equal(kept, await compiledKernel());
  });
});
