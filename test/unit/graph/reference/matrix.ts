import { floatAttribute, intAttribute, intsAttribute } from '../../../../src/engine/graph/ir.ts';
import type { Operator } from './elementwise.ts';
import { axisOf, broadcastDims, each, expand, filled, offset, strides, type Tensor64 } from './tensor.ts';

const gemm: Operator = ([a, b, c], node) => {
  const [transA, transB] = [intAttribute(node, 'transA', 0), intAttribute(node, 'transB', 0)];
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
  const rows = a!.dims[transA ? 1 : 0]!;
  const inner = a!.dims[transA ? 0 : 1]!;
  const columns = b!.dims[transB ? 0 : 1]!;
  const bias = c ? expand(c, [rows, columns]) : undefined;
  const out = filled([rows, columns]);
  each(out.dims, ([i, j], flat) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const x = a!.data[transA ? k * rows + i! : i! * inner + k]!;
      sum += x * b!.data[transB ? j! * inner + k : k * columns + j!]!;
    }
    out.data[flat] = alpha * sum + beta * (bias?.data[flat] ?? 0);
  });
  return [out];
};

const matMul: Operator = ([a, b]) => {
  const x: Tensor64 = a!.dims.length === 1 ? { ...a!, dims: [1, ...a!.dims] } : a!;
  const y: Tensor64 = b!.dims.length === 1 ? { ...b!, dims: [...b!.dims, 1] } : b!;
  const batch = broadcastDims(x.dims.slice(0, -2), y.dims.slice(0, -2));
  const [rows, inner, columns] = [x.dims.at(-2)!, x.dims.at(-1)!, y.dims.at(-1)!];
  const left = expand(x, [...batch, rows, inner]);
  const right = expand(y, [...batch, inner, columns]);
  const out = filled([...batch, rows, columns]);
  const [ls, rs] = [strides(left.dims), strides(right.dims)];
  each(out.dims, (index, flat) => {
    const lead = index.slice(0, -2);
    for (let k = 0; k < inner; k++)
      out.data[flat]! +=
        left.data[offset([...lead, index.at(-2)!, k], ls)]! * right.data[offset([...lead, k, index.at(-1)!], rs)]!;
  });
  const dims = [...batch];
  if (a!.dims.length > 1) dims.push(rows);
  if (b!.dims.length > 1) dims.push(columns);
  return [{ dims, data: out.data }];
};

const reduce =
  (start: number, step: (sum: number, x: number) => number, mean = false): Operator =>
  ([x, given], node) => {
    const rank = x!.dims.length;
    const list = given ? Array.from(given.data) : (intsAttribute(node, 'axes') ?? []);
    const axes = list.length > 0 ? list.map(a => axisOf(a, rank)) : x!.dims.map((_, i) => i);
    const kept = x!.dims.map((n, i) => (axes.includes(i) ? 1 : n));
    const out = filled(kept, start);
    const steps = strides(kept);
    each(x!.dims, (index, flat) => {
      const at = offset(index.map((v, i) => (axes.includes(i) ? 0 : v)), steps); // prettier-ignore
      out.data[at] = step(out.data[at]!, x!.data[flat]!);
    });
    if (mean) for (let i = 0; i < out.data.length; i++) out.data[i]! /= x!.data.length / out.data.length;
    const dims = intAttribute(node, 'keepdims', 1) === 1 ? kept : kept.filter((_, i) => !axes.includes(i));
    return [{ dims, data: out.data }];
  };

export const matrix: Record<string, Operator> = {
  Gemm: gemm,
  MatMul: matMul,
  ReduceSum: reduce(0, (sum, x) => sum + x),
  ReduceMean: reduce(0, (sum, x) => sum + x, true),
  ReduceMax: reduce(-Infinity, Math.max),
  ReduceSumSquare: reduce(0, (sum, x) => sum + x * x),
};
