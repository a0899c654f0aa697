import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { listBoundaries } from '../../../src/engine/graph/boundaries.ts';
import { createBuilder, type GraphBuilder } from '../../../src/engine/graph/builder.ts';
import { differentiate } from '../../../src/engine/graph/differentiate.ts';
import { foldBatchNorm, foldConstants } from '../../../src/engine/graph/fold.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import { mergeGraphs } from '../../../src/engine/graph/merge.ts';
import { bakeParameters, liftParameters } from '../../../src/engine/graph/parameters.ts';
import { prune } from '../../../src/engine/graph/prune.ts';
import { bindDimensions, inferShapes } from '../../../src/engine/graph/shapes.ts';
import { sliceGraph } from '../../../src/engine/graph/slice.ts';
import { floatsOf, floatTensor, intsOf } from '../../../src/engine/graph/tensors.ts';
import { trainableParameters } from '../../../src/engine/graph/trainable.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { assertClose } from './reference/gradients.ts';
import { interpret } from './reference/interpret.ts';
import { runGraph } from './reference/runtime.ts';
import { size, tensor } from './reference/tensor.ts';

const random = createRandom(2);
const noise = (...dims: number[]): ReturnType<typeof floatTensor> =>
  floatTensor(
    Float32Array.from({ length: size(dims) }, () => random.normal()),
    dims,
  );

/** Conv, BatchNormalization, residual block, pooling, dense; `opaque` stands where a test puts an operator without a gradient. */
function network(opaque?: (b: GraphBuilder, x: string) => string): Graph {
  const b = createBuilder('network');
  const x = b.input('image', 'float32', ['n', 2, 6, 6]);
  const weight = (name: string, ...dims: number[]): string => b.initializer(name, noise(...dims));
  const stem = b.add('Conv', [x, weight('stem/w', 3, 2, 3, 3)], { pads: [1, 1, 1, 1] }, { outputs: ['stem'] });
  const positive = b.initializer('variance', floatTensor([0.5, 1, 2], [3]));
  const statistics = [weight('scale', 3), weight('shift', 3), weight('mean', 3), positive];
  let y = b.add('BatchNormalization', [stem, ...statistics], {}, { outputs: ['norm'] });
  if (opaque) y = opaque(b, y);
  y = b.add('Relu', [y], {}, { outputs: ['active'] });
  const branch = b.add('Conv', [y, weight('branch/w', 3, 3, 1, 1)], {}, { outputs: ['branch'] });
  y = b.add('Add', [branch, y], {}, { outputs: ['joined'] });
  y = b.add('Flatten', [b.add('GlobalAveragePool', [y], {}, { outputs: ['pool'] })], {}, { outputs: ['features'] });
  const logits = b.add(
    'Gemm',
    [y, weight('last/w', 4, 3), weight('last/b', 4)],
    { transB: 1 },
    { outputs: ['logits'] },
  );
  return b.output(logits).build();
}

const image = new Map([
  [
    'image',
    tensor(
      Array.from({ length: 2 * 72 }, (_, i) => Math.sin(i)),
      [2, 2, 6, 6],
    ),
  ],
]);

test('boundaries are the tensors all data passes', () => {
  const names = listBoundaries(network()).map(b => b.tensor);
  assert.deepEqual(names, ['stem', 'norm', 'active', 'joined', 'pool', 'features', 'logits']);
});

test('the two parts of a slice, joined again, are the whole', async () => {
  const whole = network();
  const expected = interpret(whole, image).get('logits')!;
  for (const { tensor: boundary } of listBoundaries(whole)) {
    const { head, tail } = sliceGraph(whole, boundary);
    assert.deepEqual(head.outputs.map(v => v.name), [boundary]); // prettier-ignore
    assert.deepEqual(tail.inputs.map(v => v.name), [boundary]); // prettier-ignore
    assert.equal(head.nodes.length + tail.nodes.length, whole.nodes.length);
    if (tail.nodes.length === 0) continue;
    const joined = mergeGraphs(head, tail, { [boundary]: boundary });
    assert.deepEqual(joined.outputs.map(v => v.name), ['logits']); // prettier-ignore
    assertClose((await runGraph(joined, image)).get('logits')!, expected, 1e-5, boundary);
  }
});

const invalid =
  (text: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof HeadwayError);
    assert.equal(error.code, 'invalid');
    assert.match(error.message, text);
    return true;
  };

test('a tensor that is not a boundary is refused with those that are', () => {
  assert.throws(() => sliceGraph(network(), 'branch'), invalid(/"branch".*use "active" or "joined"/));
  assert.throws(() => sliceGraph(network(), 'nowhere'), invalid(/no tensor "nowhere"/));
});

test('merging renames clashes, carries the open dimension over and checks shapes', async () => {
  const first = network();
  const second = createBuilder('second', 18);
  const z = second.input('x', 'float32', ['batch', 4]);
  const w = second.initializer('last/w', noise(4, 2));
  second.output(second.add('MatMul', [z, w], {}, { outputs: ['norm'] }));
  const joined = mergeGraphs(first, second.build(), { logits: 'x' });
  assert.equal(joined.opset, 18);
  assert.deepEqual(joined.outputs, [{ name: 'norm_1', type: 'float32', shape: ['n', 2] }]);
  assertClose((await runGraph(joined, image)).get('norm_1')!, interpret(joined, image).get('norm_1')!, 1e-5, 'joined');
  const prefixed = mergeGraphs(first, second.build(), { logits: 'x' }, { prefix: 'head/' });
  assert.deepEqual(prefixed.outputs.map(v => v.name), ['head/norm']); // prettier-ignore
  assert.ok(prefixed.initializers.has('head/last/w') && prefixed.initializers.has('last/w'));
  assert.throws(() => mergeGraphs(first, second.build(), { features: 'x' }), invalid(/\[n, 3\].*\[batch, 4\]/));
  assert.throws(() => mergeGraphs(first, second.build(), { logits: 'y' }), invalid(/no input "y"/));
});

test('pruning drops what no output needs', () => {
  const whole = network();
  const part = prune({ ...whole, outputs: [{ name: 'active', type: 'float32', shape: ['n', 3, 6, 6] }] });
  assert.deepEqual(part.nodes.map(n => n.outputs[0]), ['stem', 'norm', 'active']); // prettier-ignore
  assert.ok(!part.initializers.has('last/w'));
});

test('BatchNormalization folds into Conv and into Gemm of either layout', async () => {
  const conv = network();
  const folded = foldBatchNorm(conv);
  assert.ok(!folded.nodes.some(n => n.opType === 'BatchNormalization'));
  assert.ok(!folded.initializers.has('mean'));
  assertClose((await runGraph(folded, image)).get('logits')!, interpret(conv, image).get('logits')!, 1e-5, 'conv');
  for (const transB of [0, 1]) {
    const b = createBuilder('dense');
    const dims = transB ? [3, 5] : [5, 3];
    const inputs = [b.input('x', 'float32', [2, 5]), b.initializer('w', noise(...dims)), b.initializer('b', noise(3))];
    const dense = b.add('Gemm', inputs, { transB });
    const statistics = ['s', 't', 'm'].map(name => b.initializer(name, noise(3)));
    const norm = [dense, ...statistics, b.initializer('v', floatTensor([1, 2, 3], [3]))];
    const graph = b.output(b.add('BatchNormalization', norm, {}, { outputs: ['y'] })).build();
    const feeds = new Map([
      [
        'x',
        tensor(
          Array.from({ length: 10 }, (_, i) => Math.cos(i)),
          [2, 5],
        ),
      ],
    ]);
    const result = foldBatchNorm(graph);
    assert.deepEqual(result.nodes.map(n => n.opType), ['Gemm']); // prettier-ignore
    assertClose((await runGraph(result, feeds)).get('y')!, interpret(graph, feeds).get('y')!, 1e-5, `transB ${transB}`);
  }
});

test('BatchNormalization stays where its input is used twice', () => {
  const b = createBuilder('shared');
  const stem = b.add('Conv', [b.input('x', 'float32', [1, 2, 4, 4]), b.initializer('w', noise(2, 2, 1, 1))]);
  const statistics = ['s', 't', 'm', 'v'].map(name => b.initializer(name, floatTensor([1, 2], [2])));
  b.output(b.add('Add', [stem, b.add('BatchNormalization', [stem, ...statistics])]));
  assert.equal(foldBatchNorm(b.build()).nodes.length, 3);
});

test('shape arithmetic of exported models is folded, the batch staying open', async () => {
  const b = createBuilder('view');
  const x = b.input('x', 'float32', ['batch', 3, 2, 2]);
  const gathered = b.add('Gather', [b.add('Shape', [x]), b.ints(0)]);
  const batch = b.add('Unsqueeze', [gathered, b.ints([0])]);
  const rest = b.add('Slice', [b.add('Shape', [x]), b.ints([1]), b.ints([2 ** 31 - 1]), b.ints([0])]);
  const target = b.add('Concat', [batch, b.ints([-1])], { axis: 0 });
  const y = b.add('Reshape', [x, target], {}, { outputs: ['y'] });
  const z = b.add('Reshape', [y, b.add('Concat', [batch, rest], { axis: 0 })], {}, { outputs: ['z'] });
  const turned = b.add('Transpose', [b.initializer('w', floatTensor([1, 2, 3, 4, 5, 6], [2, 3]))], { perm: [1, 0] });
  b.output(y, z, b.add('MatMul', [b.add('Transpose', [z], { perm: [0, 2, 3, 1] }), turned], {}, { outputs: ['m'] }));
  const graph = b.build();
  const types = inferShapes(graph);
  assert.deepEqual(types.get('y')!.shape, ['batch', 12]);
  assert.deepEqual(types.get('z')!.shape, ['batch', 3, 2, 2]);
  const folded = foldConstants(bindDimensions(graph, { batch: 2 }));
  assert.deepEqual(folded.nodes.map(n => n.opType), ['Reshape', 'Reshape', 'Transpose', 'MatMul']); // prettier-ignore
  assert.deepEqual(intsOf(folded.initializers.get(folded.nodes[1]!.inputs[1]!)!), [2, 3, 2, 2]);
  assert.deepEqual(Array.from(floatsOf(folded.initializers.get(turned)!)), [1, 4, 2, 5, 3, 6]);
  const feeds = new Map([
    [
      'x',
      tensor(
        Array.from({ length: 24 }, (_, i) => i),
        [2, 3, 2, 2],
      ),
    ],
  ]);
  assertClose((await runGraph(folded, feeds)).get('m')!, interpret(graph, feeds).get('m')!, 1e-6, 'm');
});

test('an operator without a gradient is named with the next boundary that works', () => {
  const opaque = (b: GraphBuilder, x: string): string =>
    b.add('Softplus', [x], {}, { outputs: ['soft'], name: 'soft/plus' });
  const withLoss = sumOf(network(opaque));
  const by = (name: string): unknown => differentiate(withLoss, { loss: 'sum', withRespectTo: [name] });
  assert.throws(
    () => by('stem/w'),
    invalid(/Node "soft\/plus" \(Softplus\) has no gradient.*boundary that works is "soft"/),
  );
  assert.doesNotThrow(() => by('branch/w'));
});

function sumOf(graph: Graph): Graph {
  const node = { name: 'sum', opType: 'ReduceSum', domain: '', inputs: ['logits'], outputs: ['sum'], attributes: { keepdims: { kind: 'int', value: 0 } } } as const; // prettier-ignore
  return { ...graph, nodes: [...graph.nodes, node], outputs: [{ name: 'sum', type: 'float32', shape: [] }] };
}

test('what nothing depends on has a gradient of zeros; inner tensors have gradients too', async () => {
  const graph = bindDimensions(sumOf(network()), { n: 2 });
  const { graph: full, gradients } = differentiate(graph, { loss: 'sum', withRespectTo: ['features'] }); // prettier-ignore
  const result = await runGraph(full, image);
  const weights = floatsOf(graph.initializers.get('last/w')!);
  const columns = [0, 1, 2].map(j => [0, 1, 2, 3].reduce((s, k) => s + weights[k * 3 + j]!, 0));
  assertClose(result.get(gradients.get('features')!)!, tensor([...columns, ...columns], [2, 3]), 1e-5, 'features');
  const b = createBuilder('unused');
  const [x, unused] = [b.input('x', 'float32', []), b.input('unused', 'float32', [2])];
  b.output(b.add('Mul', [x, x], {}, { outputs: ['y'] }));
  const other = differentiate(b.build(), { loss: 'y', withRespectTo: [unused] });
  const zeros = await runGraph(other.graph, new Map([['x', tensor([3], [])], ['unused', tensor([1, 2], [2])]])); // prettier-ignore
  assert.deepEqual(Array.from(zeros.get(other.gradients.get('unused')!)!.data), [0, 0]);
});

test('gradients also work while the batch is open', async () => {
  const open = differentiate(sumOf(network()), { loss: 'sum', withRespectTo: ['last/w', 'last/b', 'features'] });
  const fixed = differentiate(bindDimensions(sumOf(network()), { n: 2 }), { loss: 'sum', withRespectTo: ['last/w'] });
  assert.equal(open.graph.inputs[0]!.shape[0], 'n');
  assert.equal(fixed.graph.inputs[0]!.shape[0], 2);
  const result = await runGraph(open.graph, image);
  assert.deepEqual(Array.from(result.get(open.gradients.get('last/b')!)!.data), [2, 2, 2, 2]);
});

test('parameters are found, lifted to inputs and baked back', async () => {
  const graph = network();
  const parameters = trainableParameters(graph, 'backbone');
  assert.deepEqual(
    parameters.map(p => [p.name, p.role]),
    [['stem/w', 'weight'], ['scale', 'scale'], ['shift', 'bias'], ['branch/w', 'weight'], ['last/w', 'weight'], ['last/b', 'bias']], // prettier-ignore
  );
  const { graph: lifted, values } = liftParameters(graph, parameters.map(p => p.name)); // prettier-ignore
  assert.deepEqual(lifted.inputs.map(v => v.name), ['image', ...parameters.map(p => p.name)]); // prettier-ignore
  const baked = bakeParameters(lifted, values);
  assertClose((await runGraph(baked, image)).get('logits')!, interpret(graph, image).get('logits')!, 1e-5, 'baked');
  assert.throws(() => liftParameters(graph, ['nowhere']), invalid(/no parameter "nowhere"/));
});
