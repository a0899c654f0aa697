/** Gradient of a convolution with respect to its weight, dW = Σ over samples and positions of dy·x. */
import type { GraphBuilder } from '../builder.ts';
import { sizeOf } from '../tensors.ts';
import { isPointwise, spatialOf, swapped, tapsOf, type Convolution } from './convolution.ts';
import { padZeros, sliceAxis } from './selection.ts';
import { reshape, transpose, zerosLike } from './shapesOf.ts';
import { extent } from './window.ts';

/** Kernels of more taps, or shifted copies of more elements, go through a Conv instead of shifted products. */
const MAX_TAPS = 9;
const MAX_COPIED = 2 ** 26;

export function weightGradient(c: Convolution): string {
  const { b, x, window, group } = c;
  if (isPointwise(c)) return pointwise(c);
  const taps = tapsOf(window);
  const shifts = group === 1 && taps <= MAX_TAPS && taps * sizeOf(b.dims(x)) <= MAX_COPIED;
  return shifts ? byShifts(c) : byConv(c);
}

/** [N, K, …] as [K, N·…]: one row per channel. */
function rows(b: GraphBuilder, x: string): string {
  return reshape(b, transpose(b, x, swapped(b.rank(x))), [b.dim(x, 1), 'positions']);
}

/** A 1×1 kernel is a matrix: dW = dy·xᵀ over all positions of all samples, one Gemm. */
function pointwise({ b, x, weight, dy }: Convolution): string {
  return reshape(b, b.add('Gemm', [rows(b, dy), rows(b, x)], { transB: 1 }), b.shape(weight));
}

/**
 * For each tap of the kernel, one Gemm of dy with the input as that tap sees it. Large Gemms run at about twice the rate of the
 * equivalent Conv below, which pays for the copies while the kernel is small.
 */
function byShifts({ b, x, weight, dy, window: w }: Convolution): string {
  const out = spatialOf(b, dy);
  const size = spatialOf(b, x);
  const [m, channels, ...kernel] = b.dims(weight) as [number, number, ...number[]];
  // The last row a window reaches: what lies behind it is cut off, what is missing is padding.
  const end = size.map((n, i) => w.strides[i]! * (out[i]! - 1) + extent(w, i) - n - w.before[i]!);
  const padded = padZeros(b, transpose(b, x, swapped(b.rank(x))), [0, 0, ...w.before], [0, 0, ...end]);
  const outer = rows(b, dy);
  const axes = kernel.map((_, i) => i + 2);
  const parts = positions(kernel).map(tap => {
    const start = tap.map((t, i) => t * w.dilations[i]!);
    const stop = start.map((s, i) => s + w.strides[i]! * (out[i]! - 1) + 1);
    const seen = b.add('Slice', [padded, b.ints(start), b.ints(stop), b.ints(axes), b.ints(w.strides)]);
    const product = b.add('Gemm', [outer, reshape(b, seen, [channels, 'positions'])], { transB: 1 });
    return reshape(b, product, [m, channels, 1]);
  });
  const all = parts.length === 1 ? parts[0]! : b.add('Concat', parts, { axis: 2 });
  return reshape(b, all, b.shape(weight));
}

/** All index tuples of a shape, in order. */
const positions = (dims: readonly number[]): number[][] =>
  dims.reduce<number[][]>((all, n) => all.flatMap(p => Array.from({ length: n }, (_, i) => [...p, i])), [[]]);

/**
 * A Conv with the batch as the summed axis: its input is x with batch and channel swapped, its kernel dy likewise, stride and
 * dilation in each other's place. With g groups the input is [C/g, g·N, …] and the Conv has g groups too.
 */
function byConv(c: Convolution): string {
  const { b, weight, dy, window: w, group } = c;
  const out = spatialOf(b, dy);
  // Padding at the end such that exactly the kernel's size comes out; rows that no window reached are cut off.
  const end = spatialOf(b, c.x).map((n, i) => w.strides[i]! * (out[i]! - 1) + extent(w, i) - n - w.before[i]!);
  // All windows along an axis lie in the padding: no weight matters.
  if (end.some((n, i) => spatialOf(b, c.x)[i]! + n <= 0)) return zerosLike(b, weight);
  let x = c.x;
  for (const [i, n] of end.entries()) if (n < 0) x = sliceAxis(b, x, i + 2, 0, spatialOf(b, x)[i]! + n);
  const order = swapped(b.rank(x));
  const input = group === 1 ? transpose(b, x, order) : byGroup(b, x, group);
  const gradient = b.add('Conv', [input, transpose(b, dy, order)], {
    group,
    strides: w.dilations,
    dilations: w.strides,
    pads: [...w.before, ...end.map(n => Math.max(0, n))],
  });
  return reshape(b, transpose(b, gradient, order), b.shape(weight));
}

/** [N, g·c, …] as [c, g·N, …]. */
function byGroup(b: GraphBuilder, x: string, group: number): string {
  const [n, channels, ...rest] = b.dims(x) as [number, number, ...number[]];
  const split = reshape(b, x, [n, group, channels / group, ...rest]);
  const turned = transpose(b, split, [2, 1, 0, ...rest.map((_, i) => i + 3)]);
  return reshape(b, turned, [channels / group, group * n, ...rest]);
}
