/** Forms of files that say the same thing differently: open sizes, other layouts, number types, quantised operators, missing parts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAnatomy } from '../../../src/engine/backbones/import/anatomy.ts';
import { findImageInput, openBatch } from '../../../src/engine/backbones/import/imageInput.ts';
import { importGraph } from '../../../src/engine/backbones/import/importGraph.ts';
import type { Dim, Graph, Tensor } from '../../../src/engine/graph/ir.ts';
import { floatTensor } from '../../../src/engine/graph/tensors.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { runGraph } from '../graph/reference/runtime.ts';
import { tensor } from '../graph/reference/tensor.ts';
import { architectures } from './architectures.ts';
import { Net } from './net.ts';

const isError = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof HeadwayError && error.code === code && pattern.test(error.message);

/** A network with this input, whose convolution says where the channels are. */
function withInput(shape: readonly Dim[], transposed = false): Graph {
  const n = new Net('forms');
  let x = n.b.input('x', 'float32', shape);
  if (transposed) x = n.b.add('Transpose', [n.b.add('Mul', [x, n.b.constant(2)])], { perm: [0, 3, 1, 2] });
  const parts = [x, n.weight([4, 3, 3, 3], 27)];
  return n.finish(n.b.add('Conv', parts, { kernel_shape: [3, 3] }));
}

test('layout and size are read from the shape, else from what the network does, else asked for', () => {
  const found = (graph: Graph, wanted = {}) => {
    const { layout, height } = findImageInput(graph, wanted);
    return [layout, height];
  };
  assert.deepEqual(found(withInput([1, 3, 96, 96])), ['NCHW', 96]);
  assert.deepEqual(found(withInput(['b', 128, 128, 3], true)), ['NHWC', 128]);
  assert.deepEqual(found(withInput(['b', 'c', 'h', 'w'])), ['NCHW', 224]);
  assert.deepEqual(found(withInput(['b', 'h', 'w', 'c'], true), { size: 160 }), ['NHWC', 160]);
  assert.deepEqual(found(withInput(['b', 3, 'h', 'w']), { layout: 'NCHW' }), ['NCHW', 224]);
  assert.throws(() => found(withInput([1, 3, 96, 96]), { size: 224 }), isError('invalid', /96 × 96 pixels, not 224/));
  const n = new Net('unclear');
  n.finish(n.b.add('Sigmoid', [n.b.input('x', 'float32', ['a', 'b', 'c', 'd'])]));
  assert.throws(() => found(n.b.build()), isError('invalid', /--layout NCHW or NHWC/));
});

test('a batch of any fixed size is opened', () => {
  for (const batch of [1, 8]) {
    const n = new Net('fixed');
    let x = n.relu(n.conv(n.b.input('x', 'float32', [batch, 3, 8, 8]), 4, 3));
    x = n.b.add('Squeeze', [n.b.add('Unsqueeze', [n.b.add('GlobalAveragePool', [x]), n.b.ints([4])]), n.b.ints([4])]);
    x = n.b.add('Reshape', [x, n.b.ints([batch, 2, -1])]);
    x = n.b.add('Reshape', [x, n.b.ints([batch, 4])], { allowzero: 1 });
    const graph = n.finish(n.gemm(x, 5));
    const opened = openBatch(graph, findImageInput(graph));
    assert.deepEqual(opened.outputs[0]?.shape, ['batch', 5]);
  }
  const n = new Net('flat');
  const x = n.relu(n.conv(n.b.input('x', 'float32', [1, 3, 8, 8]), 4, 3));
  const flat = n.b.add('Reshape', [x, n.b.ints([-1])]);
  const graph = n.finish(n.gemm(n.b.add('Reshape', [flat, n.b.ints([1, 256])]), 5));
  assert.throws(() => importGraph(graph, { preprocessing: 'none' }), isError('data', /one image at a time/));
});

test('a network without its classifier ends with its feature map, pooled or not', () => {
  const body = (n: Net): string => n.relu(n.convBn(n.b.input('x', 'float32', ['b', 3, 16, 16]), 6, 3, { stride: 2 }));
  const map = new Net('map');
  const bare = importGraph(map.finish(body(map)), { preprocessing: 'tf' });
  const pooled = new Net('pooled');
  const vector = importGraph(pooled.finish(pooled.flatten(pooled.b.add('GlobalAveragePool', [body(pooled)]))), { preprocessing: 'tf' }); // prettier-ignore
  for (const { facts } of [bare, vector])
    assert.deepEqual([facts.logits, facts.classes, facts.boundaries[0]?.dims], [undefined, undefined, [6]]);
});

test('a transformer is refused, although it has a convolution', () => {
  const n = new Net('transformer');
  const patches = n.conv(n.b.input('x', 'float32', ['b', 3, 16, 16]), 8, 4, { stride: 4, pad: 0 });
  const tokens = n.b.add('Transpose', [n.b.add('Reshape', [patches, n.b.ints([0, 8, 16])])], { perm: [0, 2, 1] });
  const weights = n.b.add('Softmax', [n.b.add('MatMul', [tokens, n.b.add('Transpose', [tokens], { perm: [0, 2, 1] })])], { axis: -1 }); // prettier-ignore
  const mixed = n.b.add('ReduceMean', [n.b.add('MatMul', [weights, tokens])], { axes: [1], keepdims: 0 });
  assert.throws(() => findAnatomy(n.finish(n.gemm(mixed, 5))), isError('data', /only convolutional/));
});

test('the scores are found among several outputs', () => {
  const n = new Net('outputs');
  const map = n.relu(n.conv(n.b.input('x', 'float32', ['b', 3, 16, 16]), 6, 3));
  const scores = n.gemm(n.flatten(n.b.add('GlobalAveragePool', [map])), 7);
  n.b.output(map, n.b.add('Softmax', [scores], { axis: 1 }));
  assert.deepEqual(findAnatomy(n.b.build()), { featureMap: map, logits: scores, classes: 7 });
});

test('half-precision and whole-number inputs', async () => {
  const random = createRandom(2, 'pixels');
  const image = tensor(
    Float64Array.from({ length: 2 * 16 * 16 * 3 }, () => Math.floor(random.next() * 256)),
    [2, 16, 16, 3],
  );
  for (const type of ['float16', 'uint8'] as const) {
    const n = new Net(type);
    let x = n.b.add('Cast', [n.b.input('x', type, ['b', 3, 16, 16])], { to: 1 });
    x = n.relu(n.conv(x, 6, 3));
    const graph = n.finish(n.gemm(n.flatten(n.b.add('GlobalAveragePool', [x])), 7));
    const imported = importGraph(graph, { preprocessing: 'none' });
    const scores = (await runGraph(imported.graph, new Map([['image', image]]))).get(imported.facts.logits!)!;
    assert.deepEqual(scores.dims, [2, 7]);
    const other = () => importGraph(graph, { preprocessing: 'caffe' });
    if (type === 'uint8') assert.throws(other, isError('invalid', /preprocessing "none"/));
    else assert.doesNotThrow(other);
  }
});

test('operations and parameters are those one counts by hand', () => {
  const n = new Net('count');
  const x = n.relu(n.conv(n.b.input('x', 'float32', [1, 3, 8, 8]), 4, 3, { stride: 2 }));
  const { facts } = importGraph(n.finish(n.gemm(n.flatten(x), 5)), { preprocessing: 'none' });
  assert.equal(facts.parameters, 4 * 3 * 9 + 4 + 5 * 64 + 5);
  assert.equal(facts.flops, 2 * (4 * 4 * 4 * 3 * 9 + 5 * 64));
});

test('the layers have the names of the field', () => {
  const titles = (name: string) =>
    importGraph(architectures[name]!.build(), { preprocessing: 'none' }).facts.layers.map(l => `${l.boundary} ${l.title}`); // prettier-ignore
  assert.deepEqual(titles('vgg16').slice(0, 5), [
    'pool pooled features',
    'conv:1 before the last convolution (after convolution 12)',
    'conv:2 after convolution 11',
    'conv:3 after block4_pool',
    'conv:4 after convolution 9',
  ]);
  assert.ok(titles('resnet18').includes('conv:3 after residual block 6'), titles('resnet18').join('; '));
});

/** Conv, Add, pooling and Gemm on numbers of 8 bits, with weights of one scale per channel. */
function quantisedNet(): Graph {
  const n = new Net('quantised');
  const { b } = n;
  const random = createRandom(4, 'quantised');
  let count = 0;
  const constant = (type: Tensor['type'], values: ArrayBufferView, dims: number[]): string =>
    b.initializer(`q${count++}`, { type, dims, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) }); // prettier-ignore
  const scale = (value: number): string => b.initializer(`q${count++}`, floatTensor([value], []));
  const zero = (value: number): string => constant('uint8', Uint8Array.of(value), []);
  const small = (length: number) => Int8Array.from({ length }, () => Math.round(random.normal() * 40));
  const weights = (dims: number[]): string[] => [
    constant('int8', small(dims.reduce((a, c) => a * c, 1)), dims),
    b.initializer(`q${count++}`, floatTensor(Array.from({ length: dims[0]! }, (_, i) => 0.002 * (i + 1)), [dims[0]!])), // prettier-ignore
    constant('int8', new Int8Array(dims[0]!), [dims[0]!]),
  ];
  const bias = (length: number): string =>
    constant(
      'int32',
      Int32Array.from({ length }, () => Math.round(random.normal() * 500)),
      [length],
    );
  const microsoft = { domain: 'com.microsoft' };
  const image = b.input('x', 'float32', [1, 3, 12, 12]);
  const x = [b.add('QuantizeLinear', [image, scale(2), zero(0)]), scale(2), zero(0)];
  const conv = (input: string[], from: number, to: string[]): string[] => {
    const parts = [...input, ...weights([6, from, 3, 3]), ...to, bias(6)];
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
    return [b.addMany('QLinearConv', parts, attributes, { outputs: [`y${count++}`] })[0]!, ...to];
  };
  const one = conv(x, 3, [scale(0.5), zero(128)]);
  const two = conv(one, 6, [scale(0.6), zero(120)]);
  const sum = [b.add('QLinearAdd', [...one, ...two, scale(0.8), zero(130)], {}, microsoft), scale(0.8), zero(130)];
  const pool = [
    b.add('QLinearGlobalAveragePool', [...sum, scale(0.2), zero(128)], {}, microsoft),
    scale(0.2),
    zero(128),
  ];
  const flat = [b.addMany('Reshape', [pool[0]!, b.ints([1, 6])], {}, { outputs: ['flat'] })[0]!, ...pool.slice(1)];
  const scores = b.addMany('QGemm', [...flat, ...weights([5, 6]), bias(5)], { transB: 1 }, { outputs: ['scores'], ...microsoft })[0]!; // prettier-ignore
  const graph = b.build();
  return {
    ...graph,
    domains: new Map([['com.microsoft', 1]]),
    outputs: [{ name: scores, type: 'float32', shape: [1, 5] }],
  };
}

test('quantised operators become plain ones that give the same scores', async () => {
  const original = quantisedNet();
  const { graph, facts } = importGraph(original, { preprocessing: 'none' });
  assert.equal(facts.frozenOnly, true);
  assert.deepEqual([facts.classes, facts.boundaries[0]?.dims, facts.layers.length], [5, [6], 1]);
  const random = createRandom(8, 'pixels');
  const pixels = Float64Array.from({ length: 144 * 3 }, () => Math.floor(random.next() * 256));
  const found = (await runGraph(graph, new Map([['image', tensor(pixels, [1, 12, 12, 3])]]))).get(facts.logits!)!.data;
  const planes = Float64Array.from(pixels, (_, i) => pixels[(i % 144) * 3 + Math.floor(i / 144)]!);
  const expected = (await runGraph(original, new Map([['x', tensor(planes, [1, 3, 12, 12])]]))).get('scores')!.data;
  const range = Math.max(...expected.map(Math.abs));
  // A rounding at a half may fall to the other side.
  expected.forEach((v, k) => assert.ok(Math.abs(v - found[k]!) < 0.02 * range, `${[...expected].join(' ')} / ${[...found].join(' ')}`)); // prettier-ignore
  assert.ok(new Set(expected).size === 5);
});
