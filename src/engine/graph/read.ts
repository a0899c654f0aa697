import onnxProto from 'onnx-proto';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { DEFAULT_OPSET, readsOf, titleOf, type Graph, type Node, type TensorType, type ValueInfo } from './ir.ts';
import { nodeOf, numberOf, tensorOf, valueOf } from './readProto.ts';
import { inferShapes } from './shapes.ts';
import { upgradeGraph } from './upgrade.ts';

/**
 * Reads an ONNX file of operator set 7 or higher; older than 17 it is upgraded to 17. Weights stay views into `bytes`. Initializers
 * listed among the inputs are taken out of them, Constant nodes become initializers. Throws one `data` error that names `file` for
 * anything that is not a whole, well-formed model.
 */
export function readGraph(bytes: Uint8Array, file = 'The model'): Graph {
  try {
    return toGraph(decode(bytes));
  } catch (error) {
    const reason = error instanceof HeadwayError ? error.message : `It is damaged or cut short (${messageOf(error)}).`;
    throw new HeadwayError('data', `${file} cannot be read as an ONNX model. ${reason}`, { cause: error });
  }
}

function decode(bytes: Uint8Array): onnxProto.onnx.ModelProto {
  // A Buffer makes protobufjs give views instead of copies.
  return onnxProto.onnx.ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function toGraph(model: onnxProto.onnx.ModelProto): Graph {
  const proto = model.graph;
  if (!proto?.node || proto.node.length === 0) throw new HeadwayError('data', 'It holds no graph.');
  const versions = new Map(model.opsetImport.map(o => [o.domain ?? '', numberOf(o.version)]));
  const opset = versions.get('') ?? versions.get('ai.onnx');
  if (opset === undefined) throw new HeadwayError('data', 'It does not state its operator-set version.');
  if (opset < 7) throw new HeadwayError('data', `Its operator set ${opset} is older than 7; export it again.`);
  versions.delete('');
  versions.delete('ai.onnx');

  const initializers = new Map((proto.initializer ?? []).map(t => [t.name ?? '', tensorOf(t)]));
  const nodes: Node[] = [];
  for (const node of proto.node.map(nodeOf)) {
    const constant = node.opType === 'Constant' ? node.attributes['value'] : undefined;
    if (constant?.kind === 'tensor') initializers.set(node.outputs[0]!, constant.value);
    else nodes.push(node);
  }
  const inputs = (proto.input ?? []).filter(value => !initializers.has(value.name ?? '')).map(knownValue);
  checkOrder(nodes, [...initializers.keys(), ...inputs.map(value => value.name)]);
  const hints = new Map<string, TensorType>();
  for (const value of [...(proto.valueInfo ?? []), ...(proto.output ?? [])]) {
    const known = valueOf(value);
    if (known) hints.set(known.name, { type: known.type, shape: known.shape });
  }
  const graph = upgradeGraph(
    {
      name: proto.name ?? '',
      opset,
      domains: versions,
      nodes,
      initializers,
      inputs,
      outputs: [],
      hints,
      metadata: new Map(model.metadataProps.map(({ key, value }) => [key ?? '', value ?? ''])),
    },
    Math.max(opset, DEFAULT_OPSET),
  );
  const types = inferShapes(graph);
  const outputs = (proto.output ?? []).map(({ name }): ValueInfo => {
    const type = hints.get(name ?? '') ?? types.get(name ?? '');
    if (!type) throw new HeadwayError('data', `The shape of its output "${name ?? ''}" is not stated.`);
    return { name: name ?? '', ...type };
  });
  return { ...graph, outputs };
}

function knownValue(proto: onnxProto.onnx.IValueInfoProto): ValueInfo {
  const value = valueOf(proto);
  if (!value) throw new HeadwayError('data', `The shape of its input "${proto.name ?? ''}" is not stated.`);
  return value;
}

function checkOrder(nodes: readonly Node[], given: readonly string[]): void {
  const made = new Set(given);
  for (const node of nodes) {
    for (const name of readsOf(node))
      if (!made.has(name))
        throw new HeadwayError('data', `Node ${titleOf(node)} reads "${name}", which nothing before it makes.`);
    for (const name of node.outputs) made.add(name);
  }
}
