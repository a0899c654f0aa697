import { floatAttribute, intAttribute, intsAttribute, stringAttribute, type Node } from '../../../../src/engine/graph/ir.ts'; // prettier-ignore
import type { Operator } from './elementwise.ts';
import { axisOf, each, filled, offset, size, strides, type Tensor64 } from './tensor.ts';

interface Geometry {
  kernel: readonly number[];
  stride: readonly number[];
  dilation: readonly number[];
  before: readonly number[];
  after: readonly number[];
  out: number[];
}

/** Window geometry by the text of the ONNX operator documentation. */
function geometry(node: Node, kernel: readonly number[], input: readonly number[]): Geometry {
  const n = kernel.length;
  const stride = intsAttribute(node, 'strides') ?? Array<number>(n).fill(1);
  const dilation = intsAttribute(node, 'dilations') ?? Array<number>(n).fill(1);
  const pads = intsAttribute(node, 'pads') ?? Array<number>(2 * n).fill(0);
  const auto = stringAttribute(node, 'auto_pad', 'NOTSET');
  const before = pads.slice(0, n);
  const after = pads.slice(n);
  const reach = kernel.map((k, i) => dilation[i]! * (k - 1) + 1);
  if (auto.startsWith('SAME'))
    for (let i = 0; i < n; i++) {
      const out = Math.ceil(input[i]! / stride[i]!);
      const total = Math.max(0, (out - 1) * stride[i]! + reach[i]! - input[i]!);
      const half = Math.floor(total / 2);
      before[i] = auto === 'SAME_UPPER' ? half : total - half;
      after[i] = total - before[i]!;
    }
  const ceil = intAttribute(node, 'ceil_mode', 0) === 1;
  const out = kernel.map((_, i) => {
    const steps = (input[i]! + before[i]! + after[i]! - reach[i]!) / stride[i]!;
    if (!ceil) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    return (count - 1) * stride[i]! >= input[i]! + before[i]! ? count - 1 : count;
  });
  return { kernel, stride, dilation, before, after, out };
}

/** Position in the input of kernel tap `tap` of the window at `at`; undefined outside. */
function position(
  g: Geometry,
  at: readonly number[],
  tap: readonly number[],
  input: readonly number[],
): number[] | undefined {
  // prettier-ignore
  const p = at.map((o, i) => o * g.stride[i]! + tap[i]! * g.dilation[i]! - g.before[i]!);
  return p.every((v, i) => v >= 0 && v < input[i]!) ? p : undefined;
}

const conv: Operator = ([x, w, bias], node) => {
  const group = intAttribute(node, 'group', 1);
  const [n, , ...input] = x!.dims as number[];
  const [m, depth, ...kernel] = w!.dims as [number, number, ...number[]];
  const g = geometry(node, kernel, input);
  const out = filled([n!, m, ...g.out]);
  const [xs, ws] = [strides(x!.dims), strides(w!.dims)];
  each(out.dims, ([b, channel, ...at], flat) => {
    const first = Math.floor(channel! / (m / group)) * depth;
    let sum = bias?.data[channel!] ?? 0;
    for (let c = 0; c < depth; c++)
      each(kernel, tap => {
        const p = position(g, at, tap, input);
        if (p) sum += x!.data[offset([b!, first + c, ...p], xs)]! * w!.data[offset([channel!, c, ...tap], ws)]!;
      });
    out.data[flat] = sum;
  });
  return [out];
};

/** By definition: every input element is spread over the window that a Conv of the same attributes would have read. */
const convTranspose: Operator = ([x, w], node) => {
  const group = intAttribute(node, 'group', 1);
  const [n, channels, ...input] = x!.dims as [number, number, ...number[]];
  const [, depth, ...kernel] = w!.dims as [number, number, ...number[]];
  const g = geometry(node, kernel, input);
  const extra = intsAttribute(node, 'output_padding') ?? kernel.map(() => 0);
  const dims = input.map(
    (s, i) => g.stride[i]! * (s - 1) + extra[i]! + g.dilation[i]! * (kernel[i]! - 1) + 1 - g.before[i]! - g.after[i]!,
  );
  const out = filled([n, depth * group, ...dims]);
  const [ws, os] = [strides(w!.dims), strides(out.dims)];
  each(x!.dims, ([b, channel, ...at], flat) => {
    const first = Math.floor(channel! / (channels / group)) * depth;
    for (let c = 0; c < depth; c++)
      each(kernel, tap => {
        const p = position(g, at, tap, dims);
        if (p)
          out.data[offset([b!, first + c, ...p], os)]! += x!.data[flat]! * w!.data[offset([channel!, c, ...tap], ws)]!;
      });
  });
  return [out];
};

const maxPool: Operator = ([x], node) => {
  const input = x!.dims.slice(2);
  const g = geometry(node, intsAttribute(node, 'kernel_shape')!, input);
  const out = filled([...x!.dims.slice(0, 2), ...g.out], -Infinity);
  const indices = filled(out.dims, -1);
  const xs = strides(x!.dims);
  each(out.dims, ([b, c, ...at], flat) =>
    each(g.kernel, tap => {
      const p = position(g, at, tap, input);
      if (!p) return;
      const from = offset([b!, c!, ...p], xs);
      if (x!.data[from]! <= out.data[flat]!) return;
      out.data[flat] = x!.data[from]!;
      indices.data[flat] = from;
    }),
  );
  return [out, indices];
};

const averagePool: Operator = ([x], node) => {
  const input = x!.dims.slice(2);
  const g = geometry(node, intsAttribute(node, 'kernel_shape')!, input);
  const all = intAttribute(node, 'count_include_pad', 0) === 1;
  const out = filled([...x!.dims.slice(0, 2), ...g.out]);
  const xs = strides(x!.dims);
  each(out.dims, ([b, c, ...at], flat) => {
    let sum = 0;
    let count = 0;
    each(g.kernel, tap => {
      const p = position(g, at, tap, input);
      if (p) sum += x!.data[offset([b!, c!, ...p], xs)]!;
      if (p ?? all) count++;
    });
    out.data[flat] = sum / count;
  });
  return [out];
};

const globalPool =
  (start: number, step: (a: number, b: number) => number, mean: boolean): Operator =>
  ([x]) => {
    const [n, c, ...rest] = x!.dims as [number, number, ...number[]];
    const area = size(rest);
    const out = filled([n, c, ...rest.map(() => 1)], start);
    for (const [i, v] of x!.data.entries()) {
      const at = Math.floor(i / area);
      out.data[at] = step(out.data[at]!, v);
    }
    if (mean) for (let i = 0; i < out.data.length; i++) out.data[i]! /= area;
    return [out];
  };

const maxUnpool: Operator = ([x, indices, shape]) => {
  const out = filled(Array.from(shape!.data));
  for (const [i, at] of indices!.data.entries()) out.data[at] = x!.data[i]!;
  return [out];
};

const batchNormalization: Operator = ([x, scale, bias, mean, variance], node) => {
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const out = filled(x!.dims);
  each(x!.dims, ([, c], flat) => {
    const normalised = (x!.data[flat]! - mean!.data[c!]!) / Math.sqrt(variance!.data[c!]! + epsilon);
    out.data[flat] = normalised * scale!.data[c!]! + bias!.data[c!]!;
  });
  return [out];
};

const layerNormalization: Operator = ([x, scale, bias], node) => {
  const axis = axisOf(intAttribute(node, 'axis', -1), x!.dims.length);
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const inner = size(x!.dims.slice(axis));
  const dims = x!.dims.map((n, i) => (i < axis ? n : 1));
  const [out, means, inverses]: Tensor64[] = [filled(x!.dims), filled(dims), filled(dims)];
  for (let i = 0; i < means!.data.length; i++) {
    const values = x!.data.subarray(i * inner, (i + 1) * inner);
    const mean = values.reduce((a, b) => a + b, 0) / inner;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / inner;
    means!.data[i] = mean;
    inverses!.data[i] = 1 / Math.sqrt(variance + epsilon);
    for (const [j, v] of values.entries())
      out!.data[i * inner + j] = (v - mean) * inverses!.data[i]! * scale!.data[j]! + (bias?.data[j] ?? 0);
  }
  return [out!, means!, inverses!];
};

export const spatial: Record<string, Operator> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool(0, (a, b) => a + b, true),
  GlobalMaxPool: globalPool(-Infinity, Math.max, false),
  MaxUnpool: maxUnpool,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
};
