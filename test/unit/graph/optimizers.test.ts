import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBuilder } from '../../../src/engine/graph/builder.ts';
import { buildHead } from '../../../src/engine/graph/heads.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import type { LossOptions } from '../../../src/engine/graph/loss.ts';
import type { OptimizerOptions } from '../../../src/engine/graph/optimizers/optimizer.ts';
import { initialise, type Parameter } from '../../../src/engine/graph/parameters.ts';
import { buildTrainingStep, type TrainingStep } from '../../../src/engine/graph/trainingStep.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { assertClose, rounded } from './reference/gradients.ts';
import { interpret } from './reference/interpret.ts';
import { runGraph } from './reference/runtime.ts';
import { filled, tensor, type Tensor64 } from './reference/tensor.ts';

const D = 3;
const K = 2;
const B = 2;

/** logits = x·Wᵀ + c, with a learning-rate group for each. */
function model(): { graph: Graph; parameters: Parameter[] } {
  const b = createBuilder('linear');
  const x = b.input('x', 'float32', ['batch', D]);
  const inputs = [x, b.input('w', 'float32', [K, D]), b.input('c', 'float32', [K])];
  const graph = b.output(b.add('Gemm', inputs, { transB: 1 }, { outputs: ['logits'] })).build();
  const parameters: Parameter[] = [
    { name: 'w', dims: [K, D], role: 'weight', init: 'glorot', group: 'slow' },
    { name: 'c', dims: [K], role: 'bias', init: 'zero', group: 'fast' },
  ];
  return { graph, parameters };
}

const data = new Map([
  ['x', rounded([0.5, -1, 2, 1.5, 0.25, -0.75], [B, D])],
  ['target', tensor([1, 0, 0, 1], [B, K])],
  ['weight', tensor([1, 1], [B])],
]);
const start = { w: [0.1, -0.2, 0.3, 0.4, 0.5, -0.6], c: [0.2, -0.1] };
const rates = { slow: 0.05, fast: 0.2 };

type Vector = number[];
type Rule = (name: 'w' | 'c', w: Vector, g: Vector, step: number) => Vector;

/** Gradients of the mean cross-entropy, written out. */
function gradients(w: Vector, c: Vector): { w: Vector; c: Vector } {
  const gw = w.map(() => 0);
  const gc = c.map(() => 0);
  for (let i = 0; i < B; i++) {
    const x = data.get('x')!.data.subarray(i * D, i * D + D);
    const z = c.map((bias, k) => x.reduce((s, v, d) => s + v * w[k * D + d]!, bias));
    const sum = z.reduce((s, v) => s + Math.exp(v), 0);
    for (let k = 0; k < K; k++) {
      const dz = (Math.exp(z[k]!) / sum - data.get('target')!.data[i * K + k]!) / B;
      gc[k]! += dz;
      for (let d = 0; d < D; d++) gw[k * D + d]! += dz * x[d]!;
    }
  }
  return { w: gw, c: gc };
}

/** Six steps by the graph (float64 reference, and ONNX Runtime) and by the rule written out; all must agree. */
async function compare(optimizer: OptimizerOptions, rule: Rule, loss: LossOptions = {}, clip?: number): Promise<void> {
  const { graph, parameters } = model();
  const step = buildTrainingStep({ trainable: graph, parameters, optimizer, loss, batch: B });
  const initial = (): Map<string, Tensor64> =>
    new Map(
      step.state.map(({ name, dims }) => [
        name,
        name in start ? rounded(start[name as 'w' | 'c'], dims) : filled(dims),
      ]),
    );
  let [exact, single] = [initial(), initial()];
  let w = Array.from(exact.get('w')!.data);
  let c = Array.from(exact.get('c')!.data);
  for (let t = 1; t <= 6; t++) {
    const scalars = new Map(Object.entries(step.scalars(t, rates)).map(([name, v]) => [name, tensor([v], [])]));
    const results = [
      interpret(step.graph, new Map([...data, ...exact, ...scalars])),
      await runGraph(step.graph, new Map([...data, ...single, ...scalars])),
    ] as const;
    const g = gradients(w, c);
    const norm = Math.sqrt([...g.w, ...g.c].reduce((s, v) => s + v * v, 0));
    const scale = clip === undefined ? 1 : Math.min(1, clip / (norm + 1e-6));
    if (clip !== undefined) assert.ok(Math.abs(results[0].get('gradient_norm')!.data[0]! - norm) < 1e-6);
    w = rule('w', w, g.w.map(v => v * scale), t); // prettier-ignore
    c = rule('c', c, g.c.map(v => v * scale), t); // prettier-ignore
    [exact, single] = results.map(result => new Map(step.state.map(({ name, next }) => [name, result.get(next)!]))) as [
      Map<string, Tensor64>,
      Map<string, Tensor64>,
    ];
    for (const [name, expected] of [
      ['w', tensor(w, [K, D])],
      ['c', tensor(c, [K])],
    ] as const) {
      // prettier-ignore
      assertClose(exact.get(name)!, expected, 1e-6, `${name} after ${t}`);
      assertClose(single.get(name)!, expected, 1e-5, `${name} after ${t} by ONNX Runtime`);
    }
  }
}

const rateOf = (name: 'w' | 'c'): number => (name === 'w' ? rates.slow : rates.fast);
const state = (): { w: Vector; c: Vector } => ({ w: start.w.map(() => 0), c: start.c.map(() => 0) });

/** torch.optim.SGD as documented. */
function sgd(momentum: number, nesterov: boolean, decay: number): Rule {
  const buffers = state();
  return (name, w, g) => {
    const full = g.map((v, i) => v + (name === 'w' ? decay * w[i]! : 0));
    buffers[name] = buffers[name].map((v, i) => momentum * v + full[i]!);
    const direction = nesterov ? full.map((v, i) => v + momentum * buffers[name][i]!) : buffers[name];
    return w.map((v, i) => v - rateOf(name) * direction[i]!);
  };
}

/** torch.optim.Adam and AdamW as documented, with m and v scaled as there. */
function adam(beta1: number, beta2: number, epsilon: number, l2: number, decoupled: number): Rule {
  const [m, v] = [state(), state()];
  return (name, w, g, t) => {
    const full = g.map((x, i) => x + (name === 'w' ? l2 * w[i]! : 0));
    m[name] = m[name].map((x, i) => beta1 * x + (1 - beta1) * full[i]!);
    v[name] = v[name].map((x, i) => beta2 * x + (1 - beta2) * full[i]! ** 2);
    return w.map((x, i) => {
      const kept = x * (1 - rateOf(name) * (name === 'w' ? decoupled : 0));
      const corrected = m[name][i]! / (1 - beta1 ** t);
      return kept - (rateOf(name) * corrected) / (Math.sqrt(v[name][i]! / (1 - beta2 ** t)) + epsilon);
    });
  };
}

test('SGD, plain', () => compare({ kind: 'sgd', momentum: 0 }, sgd(0, false, 0)));
test('SGD with momentum', () => compare({ kind: 'sgd', momentum: 0.8, nesterov: false }, sgd(0.8, false, 0)));
test('SGD with Nesterov momentum and weight decay', () =>
  compare({ kind: 'sgd', momentum: 0.9, weightDecay: 0.1 }, sgd(0.9, true, 0.1)));
test('Adam', () => compare({ kind: 'adam' }, adam(0.9, 0.999, 1e-8, 0, 0)));
test('Adam with its own constants and weight decay through the gradient', () =>
  compare({ kind: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 }, adam(0.8, 0.95, 1e-3, 0.1, 0)));
test('AdamW decays weights, not biases', () =>
  compare({ kind: 'adamw', weightDecay: 0.2 }, adam(0.9, 0.999, 1e-8, 0, 0.2)));
test('L2 of the loss', () => compare({ kind: 'sgd', momentum: 0 }, sgd(0, false, 0.3), { l2: 0.3 }));
test('L2 beside decoupled decay', () =>
  compare({ kind: 'adamw', weightDecay: 0.2 }, adam(0.9, 0.999, 1e-8, 0.1, 0.2), { l2: 0.1 }));
test('gradients above the limit are scaled to it', () =>
  compare({ kind: 'sgd', momentum: 0.9, clipNorm: 0.3 }, sgd(0.9, true, 0), {}, 0.3));
test('gradients below the limit stay', () =>
  compare({ kind: 'adam', clipNorm: 100 }, adam(0.9, 0.999, 1e-8, 0, 0), {}, 100));

test('large gradients are clipped by their factors: same norm, same update', async () => {
  const head = buildHead({ features: 300, layers: [256], classes: K });
  const step = (clipNorm?: number): TrainingStep =>
    buildTrainingStep({
      trainable: head.graph,
      parameters: head.parameters,
      optimizer: { kind: 'gradients', ...(clipNorm !== undefined && { clipNorm }) },
      batch: B,
    });
  const random = createRandom(1);
  const features = rounded(Array.from({ length: B * 300 }, () => random.normal()), [B, 300]); // prettier-ignore
  const parameters = [...initialise(head.parameters, 1)].map(
    ([name, v]) => [name, tensor(v, head.parameters.find(p => p.name === name)!.dims)] as const,
  );
  const feeds = new Map([...data, ['features', features] as const, ...parameters]);
  const [plain, clipped] = [await runGraph(step().graph, feeds), await runGraph(step(0.01).graph, feeds)];
  const names = head.parameters.map(p => `${p.name}_gradient`);
  const norm = Math.sqrt(names.reduce((s, n) => plain.get(n)!.data.reduce((t, v) => t + v * v, s), 0));
  assert.ok(Math.abs(clipped.get('gradient_norm')!.data[0]! / norm - 1) < 1e-4);
  for (const name of names) {
    const expected = plain.get(name)!;
    const scaled = tensor(expected.data.map(v => (v * 0.01) / norm), expected.dims); // prettier-ignore
    const error = clipped.get(name)!.data.reduce((m, v, i) => Math.max(m, Math.abs(v - scaled.data[i]!)), 0);
    assert.ok(error < 1e-6, `${name}: ${error}`);
  }
});
