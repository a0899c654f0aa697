import { divideDims, multiplyDims, normalAxis } from '../dims.ts';
import { intAttribute, intsAttribute, type Dim, type Node, type Shape } from '../ir.ts';
import { intsOf } from '../tensors.ts';
import { knownInts, type Infer, type TypeContext } from './context.ts';

const product = multiplyDims;

const flatten: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const axis = normalAxis(intAttribute(node, 'axis', 1), input.shape.length);
  return [{ type: input.type, shape: [product(input.shape.slice(0, axis)), product(input.shape.slice(axis))] }];
};

const reshape: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const target = context.known(node.inputs[1]!);
  if (!input || !target) return [undefined];
  const keepZero = intAttribute(node, 'allowzero', 0) === 1;
  const shape: (Dim | undefined)[] = target.map((dim, i) => {
    if (dim === 0 && !keepZero) return input.shape[i];
    return dim === -1 ? undefined : dim;
  });
  const open = shape.indexOf(undefined);
  if (open >= 0) {
    const rest = product(shape.filter(dim => dim !== undefined));
    const size = divideDims(product(input.shape), rest);
    if (size === undefined) return [undefined];
    shape[open] = size;
  }
  return [{ type: input.type, shape: shape as Dim[], value: valueOf(node, context) }];
};

/** The values of input 0, kept by operators that only rearrange axes of small vectors. */
const valueOf = (node: Node, context: TypeContext): readonly Dim[] | undefined => context.known(node.inputs[0]!);

const transpose: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const permutation = intsAttribute(node, 'perm') ?? input.shape.map((_, i) => input.shape.length - 1 - i);
  return [{ type: input.type, shape: permutation.map(axis => input.shape[axis]!) }];
};

const squeeze: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const given = node.inputs[1];
  const axes = knownInts(context, given);
  if (given !== undefined && given !== '' && !axes) return [undefined];
  const dropped = axes?.map(axis => normalAxis(axis, input.shape.length));
  const shape = input.shape.filter((dim, i) => (dropped ? !dropped.includes(i) : dim !== 1));
  return [{ type: input.type, shape, value: valueOf(node, context) }];
};

const unsqueeze: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const axes = knownInts(context, node.inputs[1]);
  if (!input || !axes) return [undefined];
  const rank = input.shape.length + axes.length;
  const added = axes.map(axis => normalAxis(axis, rank));
  const rest = [...input.shape];
  const shape = Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : rest.shift()!));
  return [{ type: input.type, shape, value: valueOf(node, context) }];
};

const concat: Infer = (node, context) => {
  const inputs = node.inputs.map(name => context.type(name));
  const first = inputs[0];
  if (!first || inputs.includes(undefined)) return [undefined];
  const axis = normalAxis(intAttribute(node, 'axis', 0), first.shape.length);
  const sizes = inputs.map(input => input!.shape[axis]!);
  const size = sizes.every(s => typeof s === 'number')
    ? sizes.reduce((a, b) => a + b, 0)
    : `${node.outputs[0]}:${axis}`;
  const values = node.inputs.map(name => context.known(name));
  const value = values.includes(undefined) ? undefined : values.flatMap(v => v!);
  return [{ type: first.type, shape: first.shape.with(axis, size), value }];
};

/** Sizes of the parts of a Split. */
export function splitSizes(node: Node, context: TypeContext): readonly number[] | undefined {
  const given = knownInts(context, node.inputs[1]);
  if (given) return given;
  const input = context.type(node.inputs[0]!);
  const size = input?.shape[normalAxis(intAttribute(node, 'axis', 0), input.shape.length)];
  if (typeof size !== 'number') return undefined;
  const part = Math.ceil(size / node.outputs.length);
  return node.outputs.map((_, i) => Math.min(part, size - i * part));
}

const split: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const sizes = splitSizes(node, context);
  if (!input || !sizes) return node.outputs.map(() => undefined);
  const axis = normalAxis(intAttribute(node, 'axis', 0), input.shape.length);
  return sizes.map(size => ({ type: input.type, shape: input.shape.with(axis, size) }));
};

export interface SliceRange {
  axis: number;
  /** First index taken, within the dimension. */
  start: number;
  step: number;
  /** How many are taken. */
  count: number;
  /** Size of the axis. */
  size: number;
}

/** The ranges of a Slice with constant bounds, clamped as ONNX says; undefined when not constant. */
export function sliceRanges(node: Node, context: TypeContext, shape: Shape): SliceRange[] | undefined {
  const starts = knownInts(context, node.inputs[1]);
  const ends = knownInts(context, node.inputs[2]);
  if (!starts || !ends) return undefined;
  const axes = knownInts(context, node.inputs[3]) ?? starts.map((_, i) => i);
  const steps = knownInts(context, node.inputs[4]) ?? starts.map(() => 1);
  const ranges: SliceRange[] = [];
  for (const [i, raw] of axes.entries()) {
    const axis = normalAxis(raw, shape.length);
    const size = shape[axis];
    if (typeof size !== 'number') return undefined;
    const step = steps[i]!;
    const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v < 0 ? v + size : v, low), high);
    const start = step > 0 ? clamp(starts[i]!, 0, size) : clamp(starts[i]!, 0, size - 1);
    const end = step > 0 ? clamp(ends[i]!, 0, size) : clamp(ends[i]!, -1, size - 1);
    ranges.push({ axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)), size });
  }
  return ranges;
}

const slice: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const ranges = sliceRanges(node, context, input.shape);
  if (!ranges) return [undefined];
  const shape = [...input.shape];
  for (const range of ranges) shape[range.axis] = range.count;
  const known = context.known(node.inputs[0]!);
  const range = ranges[0];
  const value =
    known && range && input.shape.length === 1
      ? Array.from({ length: range.count }, (_, i) => known[range.start + i * range.step]!)
      : undefined;
  return [{ type: input.type, shape, value }];
};

const pad: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const pads = knownInts(context, node.inputs[1]);
  if (!input || !pads) return [undefined];
  const rank = input.shape.length;
  const axes = knownInts(context, node.inputs[3]) ?? input.shape.map((_, i) => i);
  const shape: Dim[] = [...input.shape];
  for (const [i, raw] of axes.entries()) {
    const axis = normalAxis(raw, rank);
    const extra = pads[i]! + pads[i + axes.length]!;
    const size = shape[axis]!;
    if (extra !== 0) shape[axis] = typeof size === 'number' ? size + extra : `${node.outputs[0]}:${axis}`;
  }
  return [{ type: input.type, shape }];
};

const shapeOp: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const rank = input.shape.length;
  const start = normalAxis(intAttribute(node, 'start', 0), rank);
  const end = normalAxis(intAttribute(node, 'end', rank), rank);
  const value = input.shape.slice(start, end);
  return [{ type: 'int64', shape: [value.length], value }];
};

const gather: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const indices = context.type(node.inputs[1]!);
  if (!input || !indices) return [undefined];
  const axis = normalAxis(intAttribute(node, 'axis', 0), input.shape.length);
  const data = context.known(node.inputs[0]!);
  const at = knownInts(context, node.inputs[1]);
  const value = data && at && input.shape.length === 1 ? at.map(i => data[normalAxis(i, data.length)]!) : undefined;
  const shape = [...input.shape.slice(0, axis), ...indices.shape, ...input.shape.slice(axis + 1)];
  return [{ type: input.type, shape, value }];
};

const expand: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const target = context.known(node.inputs[1]!);
  if (!input || !target) return [undefined];
  const rank = Math.max(input.shape.length, target.length);
  const shape = Array.from({ length: rank }, (_, i): Dim => {
    const a = input.shape[i - rank + input.shape.length] ?? 1;
    const b = target[i - rank + target.length] ?? 1;
    return b === 1 ? a : b;
  });
  return [{ type: input.type, shape }];
};

const constantOfShape: Infer = (node, context) => {
  const shape = context.known(node.inputs[0]!);
  const value = node.attributes['value'];
  const tensor = value?.kind === 'tensor' ? value.value : undefined;
  return [shape && { type: tensor?.type ?? 'float32', shape }];
};

const constant: Infer = node => {
  const { value, value_float: float, value_int: int, value_ints: ints, value_floats: floats } = node.attributes;
  if (value?.kind === 'tensor') {
    const tensor = value.value;
    const small = tensor.type === 'int64' && tensor.dims.length <= 1;
    return [{ type: tensor.type, shape: tensor.dims, value: small ? intsOf(tensor) : undefined }];
  }
  if (float?.kind === 'float') return [{ type: 'float32', shape: [] }];
  if (int?.kind === 'int') return [{ type: 'int64', shape: [], value: [int.value] }];
  if (ints?.kind === 'ints') return [{ type: 'int64', shape: [ints.value.length], value: ints.value }];
  if (floats?.kind === 'floats') return [{ type: 'float32', shape: [floats.value.length] }];
  return [undefined];
};

const likeFirst: Infer = (node, context) => [context.type(node.inputs[0]!)];

const likeIndices: Infer = (node, context) => {
  const data = context.type(node.inputs[0]!);
  const indices = context.type(node.inputs[1]!);
  return [data && indices && { type: data.type, shape: indices.shape }];
};

const tile: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const repeats = knownInts(context, node.inputs[1]);
  if (!input || !repeats) return [undefined];
  return [{ type: input.type, shape: input.shape.map((dim, i) => product([dim, repeats[i]!])) }];
};

export const layout: Readonly<Record<string, Infer>> = {
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Shape: shapeOp,
  Gather: gather,
  GatherElements: likeIndices,
  Expand: expand,
  Tile: tile,
  ConstantOfShape: constantOfShape,
  Constant: constant,
  ScatterElements: likeFirst,
  ScatterND: likeFirst,
};
