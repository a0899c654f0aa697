/** A float64 tensor; integers and booleans are held as numbers too. */
export interface Tensor64 {
  dims: readonly number[];
  data: Float64Array;
}

export const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

export function tensor(data: ArrayLike<number>, dims: readonly number[]): Tensor64 {
  const array = new Float64Array(data);
  if (array.length !== size(dims)) throw new RangeError(`${array.length} values for [${dims.join(', ')}]`);
  return { dims, data: array };
}

export function filled(dims: readonly number[], value = 0): Tensor64 {
  return { dims, data: new Float64Array(size(dims)).fill(value) };
}

/** Row-major strides. */
export function strides(dims: readonly number[]): number[] {
  const out = dims.map(() => 1);
  for (let i = dims.length - 2; i >= 0; i--) out[i] = out[i + 1]! * dims[i + 1]!;
  return out;
}

/** Calls `visit` with every index of a shape, in row-major order. The array is reused. */
export function each(dims: readonly number[], visit: (index: readonly number[], flat: number) => void): void {
  const total = size(dims);
  const index = dims.map(() => 0);
  for (let flat = 0; flat < total; flat++) {
    visit(index, flat);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
}

export const offset = (index: readonly number[], steps: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * steps[axis]!, 0);

export function broadcastDims(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new RangeError(`[${a.join()}] and [${b.join()}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** `x` repeated to a larger shape. */
export function expand(x: Tensor64, dims: readonly number[]): Tensor64 {
  const lead = dims.length - x.dims.length;
  const steps = strides(x.dims);
  const out = filled(dims);
  each(dims, (index, flat) => {
    let at = 0;
    for (let i = 0; i < steps.length; i++) if (x.dims[i] !== 1) at += index[i + lead]! * steps[i]!;
    out.data[flat] = x.data[at]!;
  });
  return out;
}

export function zipWith(list: readonly Tensor64[], f: (...values: number[]) => number): Tensor64 {
  const dims = list.map(t => t.dims as number[]).reduce(broadcastDims);
  const wide = list.map(t => expand(t, dims));
  const out = filled(dims);
  for (let i = 0; i < out.data.length; i++) out.data[i] = f(...wide.map(t => t.data[i]!));
  return out;
}

export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
