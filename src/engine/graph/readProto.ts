/** From protobuf messages to the in-memory form, without looking at what the graph means. */
import onnxProto from 'onnx-proto';
import { HeadwayError } from '../../shared/errors.ts';
import { ELEMENT_BYTES, ELEMENT_TYPES, type Attribute, type Dim, type ElementType, type Node, type Tensor, type ValueInfo } from './ir.ts'; // prettier-ignore
import { sizeOf } from './tensors.ts';

const kinds = onnxProto.onnx.AttributeProto.AttributeType;
const typeNames = new Map(
  Object.entries(ELEMENT_TYPES).map(([name, number]) => [number as number, name as ElementType]),
);

/** A protobuf integer, which is a number or a `Long` object (of which the typings know nothing). */
export const numberOf = (value: unknown): number => Number(value ?? 0);

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

/** A text field that protobuf leaves out when empty. */
const orEmpty = (value: string | null | undefined): string => value ?? '';

function elementType(number: number | null | undefined, what: string): ElementType {
  const type = typeNames.get(number ?? 0);
  if (!type) throw new HeadwayError('data', `${what} has element type ${number ?? 0}, which is not supported.`);
  return type;
}

/** Bytes of tensors whose values are in typed fields instead of raw data. */
function packed(proto: onnxProto.onnx.ITensorProto, type: ElementType): Uint8Array {
  const bytes = (array: ArrayBufferView): Uint8Array =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const ints = proto.int32Data ?? [];
  const longs = (list: readonly unknown[] | null | undefined): bigint[] => (list ?? []).map(v => BigInt(String(v)));
  switch (type) {
    case 'float32':
      return bytes(Float32Array.from(proto.floatData ?? []));
    case 'float64':
      return bytes(Float64Array.from(proto.doubleData ?? []));
    case 'int64':
      return bytes(BigInt64Array.from(longs(proto.int64Data)));
    case 'uint64':
      return bytes(BigUint64Array.from(longs(proto.uint64Data)));
    case 'uint32':
      return bytes(Uint32Array.from(longs(proto.uint64Data), Number));
    case 'int32':
      return bytes(Int32Array.from(ints));
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return bytes(Uint16Array.from(ints));
    case 'int8':
    case 'uint8':
    case 'bool':
      return bytes(Uint8Array.from(ints));
    case 'string':
      throw new HeadwayError('data', `Tensor "${orEmpty(proto.name)}" holds text, which is not supported.`);
  }
}

export function tensorOf(proto: onnxProto.onnx.ITensorProto): Tensor {
  const what = `Tensor "${orEmpty(proto.name)}"`;
  if (proto.dataLocation === onnxProto.onnx.TensorProto.DataLocation.EXTERNAL)
    throw new HeadwayError('data', `${what} keeps its values in another file; save the model as one ONNX file.`);
  const type = elementType(proto.dataType, what);
  const dims = (proto.dims ?? []).map(numberOf);
  const raw = proto.rawData;
  const data = raw && raw.length > 0 ? raw : packed(proto, type);
  if (data.byteLength !== sizeOf(dims) * ELEMENT_BYTES[type])
    throw new HeadwayError('data', `${what} has ${data.byteLength} bytes, not those of ${type} [${dims.join(', ')}].`);
  return { type, dims, data };
}

/** Names a subgraph takes from outside: read in it but made nowhere in it. */
function outerReads(graph: onnxProto.onnx.IGraphProto): string[] {
  const made = new Set<string>();
  for (const value of graph.input ?? []) made.add(orEmpty(value.name));
  for (const value of graph.initializer ?? []) made.add(orEmpty(value.name));
  const reads: string[] = [];
  for (const node of graph.node ?? []) {
    reads.push(...(node.input ?? []));
    for (const attribute of node.attribute ?? []) if (attribute.g) reads.push(...outerReads(attribute.g));
    for (const name of node.output ?? []) made.add(name);
  }
  for (const value of graph.output ?? []) reads.push(orEmpty(value.name));
  return reads.filter(name => name !== '' && !made.has(name));
}

function attributeOf(proto: onnxProto.onnx.IAttributeProto): Attribute {
  switch (proto.type) {
    case kinds.INT:
      return { kind: 'int', value: numberOf(proto.i) };
    case kinds.FLOAT:
      return { kind: 'float', value: proto.f ?? 0 };
    case kinds.STRING:
      return { kind: 'string', value: text(proto.s) };
    case kinds.INTS:
      return { kind: 'ints', value: (proto.ints ?? []).map(numberOf) };
    case kinds.FLOATS:
      return { kind: 'floats', value: proto.floats ?? [] };
    case kinds.STRINGS:
      return { kind: 'strings', value: (proto.strings ?? []).map(text) };
    case kinds.TENSOR:
      return { kind: 'tensor', value: tensorOf(proto.t ?? {}) };
    default:
      return {
        kind: 'opaque',
        value: proto,
        reads: [...(proto.g ? [proto.g] : []), ...(proto.graphs ?? [])].flatMap(outerReads),
      };
  }
}

export function nodeOf(proto: onnxProto.onnx.INodeProto): Node {
  const domain = orEmpty(proto.domain);
  return {
    name: orEmpty(proto.name),
    opType: orEmpty(proto.opType),
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: proto.input ?? [],
    outputs: proto.output ?? [],
    attributes: Object.fromEntries((proto.attribute ?? []).map(a => [orEmpty(a.name), attributeOf(a)])),
  };
}

function dimOf(proto: onnxProto.onnx.TensorShapeProto.IDimension, name: string): Dim {
  const value = numberOf(proto.dimValue);
  if (value > 0) return value;
  // '*' joins factors in our products of dimensions, and a bare number would read as a size.
  const symbol = orEmpty(proto.dimParam).replaceAll('*', '×');
  if (symbol === '') return name;
  return /^\d+$/.test(symbol) ? `dim${symbol}` : symbol;
}

/** Type of a graph input, output or inner tensor; undefined where the file does not state a rank. */
export function valueOf(proto: onnxProto.onnx.IValueInfoProto): ValueInfo | undefined {
  const name = orEmpty(proto.name);
  const tensor = proto.type?.tensorType;
  if (!tensor?.shape) return undefined;
  const shape = (tensor.shape.dim ?? []).map((dim, i) => dimOf(dim, `${name}:${i}`));
  return { name, type: elementType(tensor.elemType, `Tensor "${name}"`), shape };
}
