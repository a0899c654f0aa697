/** The embedded backbone, whole and in part: a real file with half-precision weights, depthwise and pointwise convolutions. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { listBoundaries } from '../../../src/engine/graph/boundaries.ts';
import { foldConstants } from '../../../src/engine/graph/fold.ts';
import { buildHead } from '../../../src/engine/graph/heads.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import { mergeGraphs } from '../../../src/engine/graph/merge.ts';
import { initialise } from '../../../src/engine/graph/parameters.ts';
import { prune } from '../../../src/engine/graph/prune.ts';
import { readGraph } from '../../../src/engine/graph/read.ts';
import { bindDimensions, inferShapes } from '../../../src/engine/graph/shapes.ts';
import { sliceGraph } from '../../../src/engine/graph/slice.ts';
import { sizeOf } from '../../../src/engine/graph/tensors.ts';
import { parameterCount, trainableParameters } from '../../../src/engine/graph/trainable.ts';
import { buildTrainingStep } from '../../../src/engine/graph/trainingStep.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { openSession, runGraph } from './reference/runtime.ts';
import { tensor, type Tensor64 } from './reference/tensor.ts';

const file = new URL('../../../media/backbones/efficientnet-lite0.onnx', import.meta.url);
const load = async (): Promise<Graph> => readGraph(await readFile(file), 'efficientnet-lite0.onnx');

test('inferred shapes are those ONNX Runtime computes', async () => {
  const graph = bindDimensions(await load(), { batch: 1 });
  const types = inferShapes(graph);
  const floats = [...types].filter(([name, { type, shape }]) => type === 'float32' && shape.length === 4 && !graph.initializers.has(name)); // prettier-ignore
  const data = floats.filter(([name]) => !name.endsWith('weight'));
  assert.ok(data.length > 90);
  const outputs = data.map(([name, type]) => ({ name, ...type }));
  const image = tensor(new Float64Array(224 * 224 * 3).fill(120), [1, 224, 224, 3]);
  const result = await runGraph({ ...graph, outputs }, new Map([['image', image]]));
  for (const { name, shape } of outputs) assert.deepEqual([...result.get(name)!.dims], [...shape], name);
});

test('every boundary of the backbone can be cut at and trained behind', async () => {
  const graph = await load();
  const boundaries = listBoundaries(graph, 'pool/features').map(b => b.tensor);
  assert.ok(boundaries.includes('block15/residual') && boundaries.includes('top/relu6'));
  assert.ok(!boundaries.includes('block15/project/conv'));
  for (const boundary of ['stem/relu6', 'block10/residual', 'block16/depthwise/relu6', 'top/conv']) {
    const { tail } = sliceGraph({ ...graph, outputs: graph.outputs.filter(v => v.name === 'pool/features') }, boundary);
    const folded = foldConstants(tail);
    assert.ok(!folded.nodes.some(n => n.opType === 'Cast'));
    const count = parameterCount(trainableParameters(folded, 'backbone'));
    assert.equal(count > 0, boundary !== 'top/conv', boundary);
  }
});

test('fine-tuning from the last block on: gradients along a direction, and a falling loss', async () => {
  const [batch, classes, boundary] = [2, 3, 'block15/residual'];
  const backbone = await load();
  const wanted = { ...backbone, outputs: backbone.outputs.filter(v => v.name === 'pool/features') };
  const tail = foldConstants(sliceGraph(wanted, boundary).tail);
  const head = buildHead({ features: 1280, layers: [], classes });
  const trainable = mergeGraphs(tail, head.graph, { 'pool/features': 'features' });
  const parameters = [...trainableParameters(tail, 'backbone'), ...head.parameters];
  assert.equal(parameters.filter(p => p.group === 'backbone').length, 8);

  const random = createRandom(3);
  const x = Float32Array.from({ length: batch * 192 * 49 }, () => random.normal());
  const fixed = new Map<string, Tensor64>([
    [boundary, tensor(x, [batch, 192, 7, 7])],
    ['target', tensor([1, 0, 0, 0, 0, 1], [batch, classes])],
    ['weight', tensor([1, 1], [batch])],
  ]);
  const gradientsOnly = buildTrainingStep({ trainable, parameters, optimizer: { kind: 'gradients' }, batch });
  const values = new Map([...initialise(head.parameters, 1), ...gradientsOnly.initial]);
  const at = (shift: number, along: Map<string, Tensor64>): Map<string, Tensor64> =>
    new Map(
      parameters.map(({ name, dims }) => {
        const d = along.get(name);
        return [
          name,
          tensor(
            Float64Array.from(values.get(name)!, (v, i) => v + shift * (d?.data[i] ?? 0)),
            dims,
          ),
        ];
      }),
    );
  const result = await runGraph(gradientsOnly.graph, new Map([...fixed, ...at(0, new Map())]));
  const lossOnly = prune({ ...gradientsOnly.graph, outputs: [{ name: 'loss', type: 'float32', shape: [] }] });
  const run = await openSession(lossOnly);
  const gradients = new Map(parameters.map(p => [p.name, result.get(`${p.name}_gradient`)!]));
  for (const { name, dims } of parameters) {
    const gradient = gradients.get(name)!;
    assert.equal(gradient.data.length, sizeOf(dims));
    const norm = Math.hypot(...gradient.data.subarray(0, 1e4));
    assert.ok(norm > 0, `${name} has no gradient`);
    // Along its own gradient the loss must change by the gradient's squared norm.
    const squared = gradient.data.reduce((s, v) => s + v * v, 0);
    const step = 2e-3 / Math.sqrt(squared);
    const lossAt = async (shift: number): Promise<number> =>
      (await run(new Map([...fixed, ...at(shift, new Map([[name, gradient]]))]))).get('loss')!.data[0]!;
    const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    assert.ok(Math.abs(slope / squared - 1) < 0.05, `${name}: ${slope} along a gradient of squared norm ${squared}`);
  }
  await run.close();

  const step = buildTrainingStep({ trainable, parameters, optimizer: { kind: 'adam' }, batch });
  const train = await openSession(step.graph);
  let state = new Map(step.state.map(s => [s.name, tensor(values.get(s.name) ?? new Float32Array(sizeOf(s.dims)), s.dims)])); // prettier-ignore
  const losses: number[] = [];
  for (let t = 1; t <= 5; t++) {
    const scalars = Object.entries(step.scalars(t, { backbone: 1e-4, head: 1e-3 }));
    const out = await train(new Map([...fixed, ...state, ...scalars.map(([n, v]) => [n, tensor([v], [])] as const)]));
    losses.push(out.get('loss')!.data[0]!);
    state = new Map(step.state.map(s => [s.name, out.get(s.next)!]));
  }
  await train.close();
  assert.ok(losses.at(-1) < 0.5 * losses[0]!, losses.join(' '));
});
