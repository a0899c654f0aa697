import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { createBuilder } from '../../../src/engine/graph/builder.ts';
import { foldConstants } from '../../../src/engine/graph/fold.ts';
import { readGraph } from '../../../src/engine/graph/read.ts';
import { floatsOf, floatTensor, halfToNumber } from '../../../src/engine/graph/tensors.ts';
import { writeGraph } from '../../../src/engine/graph/write.ts';

const { onnx } = onnxProto;
const F = 1;
const I64 = 7;

type NodeSpec = [opType: string, inputs: string[], outputs: string[], attributes?: Record<string, number | number[] | string>]; // prettier-ignore
interface ModelSpec {
  opset?: number;
  nodes: NodeSpec[];
  inputs: Record<string, (number | string)[]>;
  outputs: Record<string, (number | string)[]>;
  initializers?: onnxProto.onnx.ITensorProto[];
}

const FLOATS = new Set(['ratio', 'value', 'min', 'max', 'epsilon', 'alpha']);

function attribute([name, value]: [string, number | number[] | string]): onnxProto.onnx.IAttributeProto {
  const kinds = onnx.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: kinds.STRING, s: Buffer.from(value) };
  if (Array.isArray(value)) return { name, type: kinds.INTS, ints: value };
  return FLOATS.has(name) ? { name, type: kinds.FLOAT, f: value } : { name, type: kinds.INT, i: value };
}

const info = ([name, shape]: [string, (number | string)[]]): onnxProto.onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: F,
      shape: { dim: shape.map(d => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
    },
  },
});

/** A model file written without our own writer. */
function model({ opset = 17, nodes, inputs, outputs, initializers = [] }: ModelSpec): Uint8Array {
  const graph = {
    name: 'test',
    node: nodes.map(([opType, input, output, attributes = {}]) => ({
      opType,
      input,
      output,
      attribute: Object.entries(attributes).map(attribute),
    })),
    input: Object.entries(inputs).map(info),
    output: Object.entries(outputs).map(info),
    initializer: initializers,
  };
  return onnx.ModelProto.encode({ irVersion: 4, opsetImport: [{ domain: '', version: opset }], graph }).finish();
}

const relu: ModelSpec = { nodes: [['Relu', ['x'], ['y']]], inputs: { x: ['n', 2] }, outputs: { y: ['n', 2] } };

async function evaluate(
  bytes: Uint8Array,
  feeds: Record<string, [number[], number[]]>,
): Promise<Record<string, number[]>> {
  // prettier-ignore
  const session = await InferenceSession.create(Buffer.from(bytes), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const inputs = Object.entries(feeds).map(([name, [data, dims]]) => [name, new OrtTensor('float32', Float32Array.from(data), dims)]); // prettier-ignore
  const result = await session.run(Object.fromEntries(inputs) as Record<string, OrtTensor>);
  await session.release();
  return Object.fromEntries(
    Object.entries(result).map(([name, t]) => [name, [...t.dims, ...Array.from(t.data as Float32Array)]]),
  );
}

const ramp = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1) * 2);

const old: [string, ModelSpec, number[]][] = [
  ['Clip', { opset: 7, nodes: [['Clip', ['x'], ['y'], { min: -0.5, max: 1 }]], inputs: { x: [6] }, outputs: { y: [6] } }, [6]],
  ['Pad', { opset: 9, nodes: [['Pad', ['x'], ['y'], { pads: [0, 1, 1, 0], value: 2 }]], inputs: { x: [2, 3] }, outputs: { y: [3, 4] } }, [2, 3]],
  ['Slice', { opset: 9, nodes: [['Slice', ['x'], ['y'], { starts: [1, 0], ends: [9, -1] }]], inputs: { x: [3, 3] }, outputs: { y: [2, 2] } }, [3, 3]],
  ['Slice with axes', { opset: 9, nodes: [['Slice', ['x'], ['y'], { starts: [1], ends: [3], axes: [1] }]], inputs: { x: [3, 3] }, outputs: { y: [3, 2] } }, [3, 3]],
  ['Dropout', { opset: 11, nodes: [['Dropout', ['x'], ['y'], { ratio: 0.3 }]], inputs: { x: [4] }, outputs: { y: [4] } }, [4]],
  ['Softmax over several axes', { opset: 11, nodes: [['Softmax', ['x'], ['y'], { axis: 1 }]], inputs: { x: ['n', 3, 4] }, outputs: { y: ['n', 3, 4] } }, [2, 3, 4]],
  ['LogSoftmax of a matrix', { opset: 9, nodes: [['LogSoftmax', ['x'], ['y']]], inputs: { x: [2, 4] }, outputs: { y: [2, 4] } }, [2, 4]],
  ['ReduceSum', { opset: 11, nodes: [['ReduceSum', ['x'], ['y'], { axes: [1], keepdims: 0 }]], inputs: { x: [2, 3] }, outputs: { y: [2] } }, [2, 3]],
  ['Squeeze and Unsqueeze', { opset: 11, nodes: [['Unsqueeze', ['x'], ['u'], { axes: [0, 2] }], ['Squeeze', ['u'], ['y'], { axes: [0] }]], inputs: { x: [3, 2] }, outputs: { y: [3, 1, 2] } }, [3, 2]],
  ['Split', { opset: 11, nodes: [['Split', ['x'], ['y', 'z'], { axis: 1, split: [1, 3] }]], inputs: { x: [2, 4] }, outputs: { y: [2, 1], z: [2, 3] } }, [2, 4]],
]; // prettier-ignore

for (const [name, spec, dims] of old)
  test(`operator set ${spec.opset} is upgraded: ${name}`, async () => {
    const bytes = model(spec);
    const graph = readGraph(bytes);
    assert.equal(graph.opset, 17);
    const size = dims.reduce((a, b) => a * b, 1);
    const feeds: Record<string, [number[], number[]]> = { x: [ramp(size), dims] };
    const [before, after] = [await evaluate(bytes, feeds), await evaluate(writeGraph(graph), feeds)];
    assert.deepEqual(after, before);
  });

test('BatchNormalization of operator set 9 keeps its values', async () => {
  const initializers = ['s', 'b', 'm', 'v'].map((name, i) => ({
    name,
    dims: [2],
    dataType: F,
    floatData: [i + 0.5, 1],
  }));
  const spec: ModelSpec = {
    opset: 9,
    nodes: [['BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { epsilon: 0.01 }]],
    inputs: { x: [3, 2] },
    outputs: { y: [3, 2] },
    initializers,
  };
  const bytes = model(spec);
  const feeds: Record<string, [number[], number[]]> = { x: [ramp(6), [3, 2]] };
  assert.deepEqual(await evaluate(writeGraph(readGraph(bytes)), feeds), await evaluate(bytes, feeds));
});

test('what cannot be upgraded is named', () => {
  const bytes = model({ ...relu, opset: 9, nodes: [['Upsample', ['x', 's'], ['y']]], initializers: [{ name: 's', dims: [2], dataType: F, floatData: [1, 2] }] }); // prettier-ignore
  assert.throws(() => readGraph(bytes, 'old.onnx'), /old\.onnx .*"y" \(Upsample\).*old operator-set version/);
});

test('values in typed fields, constants and initializers listed as inputs are read', () => {
  const graph = readGraph(
    model({
      nodes: [
        ['Add', ['x', 'w'], ['s']],
        ['Cast', ['h'], ['wide'], { to: 1 }],
        ['Add', ['s', 'wide'], ['t']],
        ['Reshape', ['t', 'shape'], ['y']],
      ],
      inputs: { x: ['n', 2], w: [2] },
      outputs: { y: ['n', 2] },
      initializers: [
        { name: 'w', dims: [2], dataType: F, floatData: [1.5, -2] },
        { name: 'h', dims: [2], dataType: 10, int32Data: [0x3c00, 0xc100] },
        { name: 'shape', dims: [2], dataType: I64, int64Data: [-1, 2] },
      ],
    }),
  );
  assert.deepEqual(graph.inputs, [{ name: 'x', type: 'float32', shape: ['n', 2] }]);
  assert.deepEqual(Array.from(floatsOf(graph.initializers.get('w')!)), [1.5, -2]);
  const folded = foldConstants(graph);
  assert.deepEqual(folded.nodes.map(n => n.opType), ['Add', 'Add', 'Reshape']); // prettier-ignore
  const wide = folded.initializers.get('wide')!;
  assert.equal(wide.type, 'float32');
  assert.deepEqual(Array.from(floatsOf(wide)), [1, -2.5]);
  assert.ok(!folded.initializers.has('h'));
});

test('half precision, all kinds of values', () => {
  const cases = [[0x0000, 0], [0x3c00, 1], [0xbc00, -1], [0x7bff, 65504], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x7c00, Infinity], [0xfc00, -Infinity], [0x3555, 0.333251953125]] as const; // prettier-ignore
  for (const [bits, value] of cases) assert.equal(halfToNumber(bits), value);
  assert.ok(Number.isNaN(halfToNumber(0x7e00)));
});

test('a graph written and read again is the same', () => {
  const b = createBuilder('round trip', 19);
  const x = b.input('x', 'float32', ['batch', 3, 8, 8]);
  const w = b.initializer('w', floatTensor(Float32Array.from({ length: 27 }, (_, i) => i), [1, 3, 3, 3])); // prettier-ignore
  const y = b.add('Conv', [x, w, ''], { pads: [1, 1, 1, 1], auto_pad: 'NOTSET' });
  const z = b.add('LeakyRelu', [y], { alpha: 0.25 });
  b.output(b.add('Reshape', [z, b.ints([0, -1])], {}, { outputs: ['z'] }));
  const graph = { ...b.build(), metadata: new Map([['boundary', 'pool']]) };
  const again = readGraph(writeGraph(graph));
  assert.deepEqual({ ...again, hints: new Map(), initializers: 0 }, { ...graph, hints: new Map(), initializers: 0 });
  for (const [name, tensor] of graph.initializers) {
    const other = again.initializers.get(name)!;
    assert.deepEqual([other.type, other.dims, Buffer.from(other.data)], [tensor.type, tensor.dims, Buffer.from(tensor.data)]); // prettier-ignore
  }
});

test('weights are views into the file, not copies', () => {
  const b = createBuilder('views');
  const w = b.initializer('w', floatTensor(new Float32Array(64).fill(2), [64]));
  b.output(b.add('Add', [b.input('x', 'float32', [64]), w]));
  const bytes = writeGraph(b.build());
  const data = readGraph(bytes).initializers.get('w')!.data;
  assert.equal(data.buffer, bytes.buffer);
});

function refused(bytes: Uint8Array, text: RegExp): void {
  assert.throws(
    () => readGraph(bytes, 'broken.onnx'),
    error => {
      assert.ok(error instanceof HeadwayError);
      assert.equal(error.code, 'data');
      assert.match(error.message, /^broken\.onnx cannot be read as an ONNX model\. /);
      assert.match(error.message, text);
      return true;
    },
  );
}

test('damaged files give one clear error', () => {
  const b = createBuilder('whole');
  const w = b.initializer('w', floatTensor(new Float32Array(100), [100]));
  b.output(b.add('Add', [b.input('x', 'float32', [100]), w]));
  const whole = writeGraph(b.build());
  for (let cut = 0; cut < whole.length; cut += 7) refused(whole.subarray(0, cut), /damaged|no graph|operator-set/);
  refused(Buffer.from('<html>not found</html>'), /damaged|no graph/);
  refused(new Uint8Array(1000), /damaged|no graph/);
  refused(model({ ...relu, opset: 6 }), /operator set 6 is older than 7/);
  refused(model({ ...relu, nodes: [] }), /no graph/);
  refused(model({ ...relu, nodes: [['Relu', ['missing'], ['y']]] }), /reads "missing"/);
  const short = { name: 'w', dims: [3], dataType: F, rawData: new Uint8Array(8) };
  refused(model({ ...relu, initializers: [short] }), /8 bytes, not those of float32 \[3\]/);
  const outside = { name: 'w', dims: [3], dataType: F, dataLocation: onnx.TensorProto.DataLocation.EXTERNAL };
  refused(model({ ...relu, initializers: [outside] }), /one ONNX file/);
  refused(
    model({ ...relu, initializers: [{ name: 'w', dims: [1], dataType: 99, rawData: new Uint8Array(4) }] }),
    /type 99/,
  );
});
