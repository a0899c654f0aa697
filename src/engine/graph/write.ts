import onnxProto from 'onnx-proto';
import { ELEMENT_TYPES, type Attribute, type Graph, type Node, type Tensor, type ValueInfo } from './ir.ts';

const { onnx } = onnxProto;
const kinds = onnx.AttributeProto.AttributeType;

/** The file-format version each operator set came with (ONNX's Versioning.md): 8 for 17, the one we build in. */
const irVersion = (opset: number): number => (opset >= 21 ? 10 : opset >= 19 ? 9 : 8);

function tensorProto(tensor: Tensor, name = ''): onnxProto.onnx.ITensorProto {
  return { name, dims: [...tensor.dims], dataType: ELEMENT_TYPES[tensor.type], rawData: tensor.data };
}

function attributeProto(name: string, attribute: Attribute): onnxProto.onnx.IAttributeProto {
  switch (attribute.kind) {
    case 'int':
      return { name, type: kinds.INT, i: attribute.value };
    case 'float':
      return { name, type: kinds.FLOAT, f: attribute.value };
    case 'string':
      return { name, type: kinds.STRING, s: Buffer.from(attribute.value) };
    case 'ints':
      return { name, type: kinds.INTS, ints: [...attribute.value] };
    case 'floats':
      return { name, type: kinds.FLOATS, floats: [...attribute.value] };
    case 'strings':
      return { name, type: kinds.STRINGS, strings: attribute.value.map(text => Buffer.from(text)) };
    case 'tensor':
      return { name, type: kinds.TENSOR, t: tensorProto(attribute.value) };
    case 'opaque':
      return attribute.value;
  }
}

function nodeProto(node: Node): onnxProto.onnx.INodeProto {
  return {
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  };
}

function valueProto({ name, type, shape }: ValueInfo): onnxProto.onnx.IValueInfoProto {
  const dim = shape.map(d => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

/** The graph as the bytes of an ONNX file. */
export function writeGraph(graph: Graph): Uint8Array {
  const model: onnxProto.onnx.IModelProto = {
    irVersion: irVersion(graph.opset),
    producerName: 'headway',
    opsetImport: [
      { domain: '', version: graph.opset },
      ...[...graph.domains].map(([domain, version]) => ({ domain, version })),
    ],
    metadataProps: [...graph.metadata].map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeProto),
      initializer: [...graph.initializers].map(([name, tensor]) => tensorProto(tensor, name)),
      input: graph.inputs.map(valueProto),
      output: graph.outputs.map(valueProto),
    },
  };
  return onnx.ModelProto.encode(model).finish();
}
