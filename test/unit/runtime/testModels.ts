import proto from 'onnx-proto';

const { onnx } = proto;
const FLOAT = onnx.TensorProto.DataType.FLOAT;

/** `next` = 0.5 * `state` + `x`, f32 [n]; `copy` is `x` itself, through Identity. */
export function recurrenceModel(): Uint8Array {
  return encode({
    node: [
      { opType: 'Mul', input: ['state', 'half'], output: ['halved'] },
      { opType: 'Add', input: ['halved', 'x'], output: ['next'] },
      { opType: 'Identity', input: ['x'], output: ['copy'] },
    ],
    initializer: [{ name: 'half', dims: [], dataType: FLOAT, floatData: [0.5] }],
    input: [tensor('state', 'n'), tensor('x', 'n')],
    output: [tensor('next', 'n'), tensor('copy', 'n')],
  });
}

/** `y` = `x` + a constant of `size` elements, f32 [size]: a model with weights of 4 * size bytes. */
export function heavyModel(size: number): Uint8Array {
  const rawData = new Uint8Array(new Float32Array(size).fill(1).buffer);
  return encode({
    node: [{ opType: 'Add', input: ['x', 'weights'], output: ['y'] }],
    initializer: [{ name: 'weights', dims: [size], dataType: FLOAT, rawData }],
    input: [tensor('x', size)],
    output: [tensor('y', size)],
  });
}

function encode(graph: proto.onnx.IGraphProto): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: { name: 'test', ...graph },
  }).finish();
}

function tensor(name: string, dim: number | string): proto.onnx.IValueInfoProto {
  const dims = [typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim }];
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim: dims } } } };
}
