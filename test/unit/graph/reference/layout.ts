import { intAttribute, intsAttribute, stringAttribute } from '../../../../src/engine/graph/ir.ts';
import type { Operator } from './elementwise.ts';
import { axisOf, each, expand, filled, offset, size, strides, tensor, type Tensor64 } from './tensor.ts';

const list = (t: Tensor64 | undefined): number[] => Array.from(t?.data ?? []);
const keep = (x: Tensor64, dims: readonly number[]): Tensor64[] => [{ dims, data: x.data }];

const reshape: Operator = ([x, shape]) => {
  const dims = list(shape).map((d, i) => (d === 0 ? x!.dims[i]! : d));
  const rest = size(dims.filter(d => d !== -1));
  return keep(x!, dims.map(d => (d === -1 ? x!.data.length / rest : d))); // prettier-ignore
};

/** Takes elements of `x`: `from` maps an output index to an input index, undefined for `missing`. */
function pick(
  x: Tensor64,
  dims: readonly number[],
  from: (index: readonly number[]) => readonly number[] | undefined,
  missing = 0,
): Tensor64[] {
  const out = filled(dims);
  const steps = strides(x.dims);
  each(dims, (index, flat) => {
    const source = from(index);
    out.data[flat] = source ? x.data[offset(source, steps)]! : missing;
  });
  return [out];
}

const transpose: Operator = ([x], node) => {
  const rank = x!.dims.length;
  const perm = intsAttribute(node, 'perm') ?? x!.dims.map((_, i) => rank - 1 - i);
  return pick(x!, perm.map(p => x!.dims[p]!), index => perm.map((_, axis) => index[perm.indexOf(axis)]!)); // prettier-ignore
};

const concat: Operator = (inputs, node) => {
  const parts = inputs as Tensor64[];
  const axis = axisOf(intAttribute(node, 'axis', 0), parts[0]!.dims.length);
  const total = parts.reduce((sum, part) => sum + part.dims[axis]!, 0);
  const out = filled(parts[0]!.dims.with(axis, total));
  const steps = strides(out.dims);
  let start = 0;
  for (const part of parts) {
    each(part.dims, (index, flat) => (out.data[offset(index, steps) + start * steps[axis]!] = part.data[flat]!));
    start += part.dims[axis]!;
  }
  return [out];
};

const split: Operator = ([x, sizes], node) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), x!.dims.length);
  const n = node.outputs.length;
  const part = Math.ceil(x!.dims[axis]! / n);
  const parts = sizes ? list(sizes) : Array.from({ length: n }, (_, i) => Math.min(part, x!.dims[axis]! - i * part));
  let start = 0;
  return parts.flatMap(count => {
    const from = start;
    start += count;
    return pick(x!, x!.dims.with(axis, count), index => index.with(axis, index[axis]! + from));
  });
};

const slice: Operator = ([x, starts, ends, axes, steps]) => {
  const rank = x!.dims.length;
  const first = x!.dims.map(() => 0);
  const step = x!.dims.map(() => 1);
  const dims = [...x!.dims];
  for (const [i, start] of list(starts).entries()) {
    const axis = axes ? axisOf(axes.data[i]!, rank) : i;
    const n = x!.dims[axis]!;
    const by = steps?.data[i] ?? 1;
    const end = ends!.data[i]!;
    const wrap = (v: number): number => (v < 0 ? v + n : v);
    const from = by > 0 ? Math.min(Math.max(wrap(start), 0), n) : Math.min(Math.max(wrap(start), 0), n - 1);
    const to = by > 0 ? Math.min(Math.max(wrap(end), 0), n) : Math.min(Math.max(wrap(end), -1), n - 1);
    first[axis] = from;
    step[axis] = by;
    dims[axis] = Math.max(0, Math.ceil((to - from) / by));
  }
  return pick(x!, dims, index => index.map((at, axis) => first[axis]! + at * step[axis]!));
};

const pad: Operator = ([x, pads, value, axes], node) => {
  const rank = x!.dims.length;
  const before = x!.dims.map(() => 0);
  const after = x!.dims.map(() => 0);
  const which = axes ? list(axes).map(a => axisOf(a, rank)) : x!.dims.map((_, i) => i);
  for (const [i, axis] of which.entries()) {
    before[axis] = pads!.data[i]!;
    after[axis] = pads!.data[i + which.length]!;
  }
  const mode = stringAttribute(node, 'mode', 'constant');
  const place = (at: number, n: number): number => {
    if (at >= 0 && at < n) return at;
    if (mode === 'edge') return at < 0 ? 0 : n - 1;
    if (mode === 'reflect') return place(at < 0 ? -at : 2 * (n - 1) - at, n);
    if (mode === 'wrap') return (at + n) % n;
    return -1;
  };
  const dims = x!.dims.map((n, i) => n + before[i]! + after[i]!);
  const from = (index: readonly number[]): number[] | undefined => {
    const source = index.map((at, axis) => place(at - before[axis]!, x!.dims[axis]!));
    return source.includes(-1) ? undefined : source;
  };
  return pick(x!, dims, from, value?.data[0] ?? 0);
};

const gather: Operator = ([x, indices], node) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), x!.dims.length);
  const rank = indices!.dims.length;
  const steps = strides(indices!.dims);
  const dims = [...x!.dims.slice(0, axis), ...indices!.dims, ...x!.dims.slice(axis + 1)];
  return pick(x!, dims, index => {
    const at = axisOf(indices!.data[offset(index.slice(axis, axis + rank), steps)]!, x!.dims[axis]!);
    return [...index.slice(0, axis), at, ...index.slice(axis + rank)];
  });
};

const scatterNd: Operator = ([data, indices, updates], node) => {
  if (stringAttribute(node, 'reduction', 'none') !== 'add') throw new Error('only reduction "add"');
  const out = { dims: data!.dims, data: data!.data.slice() };
  const depth = indices!.dims.at(-1)!;
  const block = size(data!.dims.slice(depth));
  const steps = strides(data!.dims);
  for (let i = 0; i < indices!.data.length / depth; i++) {
    const index = list(indices).slice(i * depth, (i + 1) * depth).map((v, axis) => axisOf(v, data!.dims[axis]!)); // prettier-ignore
    const start = offset(index, steps.slice(0, depth));
    for (let j = 0; j < block; j++) out.data[start + j]! += updates!.data[i * block + j]!;
  }
  return [out];
};

const scatterElements: Operator = ([data, indices, updates], node) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), data!.dims.length);
  if (stringAttribute(node, 'reduction', 'none') !== 'add') throw new Error('only reduction "add"');
  const out = { dims: data!.dims, data: data!.data.slice() };
  const steps = strides(data!.dims);
  each(indices!.dims, (index, flat) => {
    const at = index.with(axis, axisOf(indices!.data[flat]!, data!.dims[axis]!));
    out.data[offset(at, steps)]! += updates!.data[flat]!;
  });
  return [out];
};

const unsqueeze: Operator = ([x, axes]) => {
  const rank = x!.dims.length + axes!.data.length;
  const added = new Set(list(axes).map(a => axisOf(a, rank)));
  const rest = [...x!.dims];
  return keep(x!, Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : rest.shift()!))); // prettier-ignore
};

const squeeze: Operator = ([x, axes]) => {
  const dropped = axes && new Set(list(axes).map(a => axisOf(a, x!.dims.length)));
  return keep(x!, x!.dims.filter((n, i) => (dropped ? !dropped.has(i) : n !== 1))); // prettier-ignore
};

export const layout: Record<string, Operator> = {
  Reshape: reshape,
  Flatten: ([x], node) => {
    const axis = axisOf(intAttribute(node, 'axis', 1), x!.dims.length);
    return keep(x!, [size(x!.dims.slice(0, axis)), size(x!.dims.slice(axis))]);
  },
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  ScatterND: scatterNd,
  ScatterElements: scatterElements,
  Shape: ([x]) => [tensor(x!.dims, [x!.dims.length])],
  Size: ([x]) => [tensor([x!.data.length], [])],
  ConstantOfShape: ([shape]) => [filled(list(shape))],
  Expand: ([x, shape]) => {
    const target = list(shape);
    const rank = Math.max(target.length, x!.dims.length);
    const dims = Array.from({ length: rank }, (_, i) => {
      const a = x!.dims[i - rank + x!.dims.length] ?? 1;
      return a === 1 ? (target[i - rank + target.length] ?? 1) : a;
    });
    return [expand(x!, dims)];
  },
};
