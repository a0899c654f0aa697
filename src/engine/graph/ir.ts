/**
 * The in-memory form of an ONNX graph. Everything is plain data and treated as immutable: a pass returns a new `Graph` that shares
 * nodes and tensors with the old one, so weights are never copied.
 */

/** ONNX `TensorProto.DataType` numbers of the element types we know. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** Bytes per element; strings have none. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  string: 0,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
};

/** A size, or a name that stands for an open one (`batch`), or a product such as `49*batch`. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export interface TensorType {
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface ValueInfo extends TensorType {
  readonly name: string;
}

/** A constant; `data` is little-endian raw bytes, possibly a view into the file it came from (and then not aligned). */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  /** A subgraph or another rare kind, carried through as the protobuf message; `reads` are the outer tensors it uses. */
  | { readonly kind: 'opaque'; readonly value: object; readonly reads: readonly string[] };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly name: string;
  readonly opType: string;
  /** '' is the standard domain. */
  readonly domain: string;
  /** '' is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Graph {
  readonly name: string;
  /** Version of the standard operator set, 17 or higher (older files are upgraded on reading). */
  readonly opset: number;
  /** Versions of other domains used, e.g. `com.microsoft`. */
  readonly domains: ReadonlyMap<string, number>;
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Types the file states for inner tensors; used only where our own inference does not know the operator. */
  readonly hints: ReadonlyMap<string, TensorType>;
  readonly metadata: ReadonlyMap<string, string>;
}

export const DEFAULT_OPSET = 17;

export function emptyGraph(name: string): Graph {
  return {
    name,
    opset: DEFAULT_OPSET,
    domains: new Map(),
    nodes: [],
    initializers: new Map(),
    inputs: [],
    outputs: [],
    hints: new Map(),
    metadata: new Map(),
  };
}

export function intAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : fallback;
}

/** A float attribute; ONNX stores single precision, so 1e-5 reads as 0.00000999999974. */
export function floatAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'float' || attribute?.kind === 'int' ? attribute.value : fallback;
}

export function stringAttribute(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : fallback;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

/** Tensors a node reads, with those its subgraphs take from outside. */
export function readsOf(node: Node): string[] {
  const names = node.inputs.filter(name => name !== '');
  for (const attribute of Object.values(node.attributes))
    if (attribute.kind === 'opaque') names.push(...attribute.reads);
  return names;
}

export function writesOf(node: Node): string[] {
  return node.outputs.filter(name => name !== '');
}

/** How to call a node in a message to the user: its name, or its output where it has none. */
export function titleOf(node: Node): string {
  return `"${node.name !== '' ? node.name : (node.outputs[0] ?? '')}" (${node.opType})`;
}

/** Node that writes each tensor. */
export function producers(nodes: readonly Node[]): Map<string, Node> {
  const map = new Map<string, Node>();
  for (const node of nodes) for (const name of writesOf(node)) map.set(name, node);
  return map;
}

export const isFloat = (type: ElementType): boolean =>
  type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';
