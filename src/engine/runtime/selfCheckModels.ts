import proto from 'onnx-proto';

const { onnx } = proto;
const { FLOAT, UINT8, INT32, INT64, BOOL } = onnx.TensorProto.DataType;
type GraphInput = [name: string, type: number, dims: readonly (number | string)[]];

/**
 * One operator per element type, dimensions open and fixed:
 * f32 [n,2] -> f2 = f + f; i32 [2] -> i2 = i + i and u2 = i as uint8; i64 [] -> l2 = l + l; u8 [3] -> u as f32.
 */
export function elementTypesModel(): Uint8Array {
  return encodeModel({
    node: [
      { opType: 'Add', input: ['f', 'f'], output: ['f2'] },
      { opType: 'Add', input: ['i', 'i'], output: ['i2'] },
      { opType: 'Add', input: ['l', 'l'], output: ['l2'] },
      { opType: 'Cast', input: ['i'], output: ['u2'], attribute: [intAttribute('to', UINT8)] },
      { opType: 'Cast', input: ['u'], output: ['uf'], attribute: [intAttribute('to', FLOAT)] },
    ],
    input: inputs(['f', FLOAT, ['n', 2]], ['i', INT32, [2]], ['l', INT64, []], ['u', UINT8, [3]]),
    output: inputs(
      ['f2', FLOAT, ['n', 2]],
      ['i2', INT32, [2]],
      ['l2', INT64, []],
      ['u2', UINT8, [2]],
      ['uf', FLOAT, [3]],
    ),
  });
}

/** Adds 1 to `x` f32 [1] as often as `steps` i64 [] says, in one operator (Loop): work as long as one likes. Result `y`. */
export function loopModel(): Uint8Array {
  const body = {
    name: 'body',
    node: [
      { opType: 'Identity', input: ['go'], output: ['goOn'] },
      { opType: 'Add', input: ['state', 'one'], output: ['next'] },
    ],
    input: inputs(['count', INT64, []], ['go', BOOL, []], ['state', FLOAT, [1]]),
    output: inputs(['goOn', BOOL, []], ['next', FLOAT, [1]]),
  };
  return encodeModel({
    node: [
      {
        opType: 'Loop',
        input: ['steps', '', 'x'],
        output: ['y'],
        attribute: [{ name: 'body', type: onnx.AttributeProto.AttributeType.GRAPH, g: body }],
      },
    ],
    initializer: [{ name: 'one', dims: [1], dataType: FLOAT, floatData: [1] }],
    input: inputs(['steps', INT64, []], ['x', FLOAT, [1]]),
    output: inputs(['y', FLOAT, [1]]),
  });
}

function encodeModel(graph: Omit<proto.onnx.IGraphProto, 'name'>): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: { name: 'check', ...graph },
  }).finish();
}

function inputs(...list: GraphInput[]): proto.onnx.IValueInfoProto[] {
  return list.map(([name, elemType, dims]) => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: dims.map(d => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
      },
    },
  }));
}

function intAttribute(name: string, i: number): proto.onnx.IAttributeProto {
  return { name, type: onnx.AttributeProto.AttributeType.INT, i };
}
