import type { GraphBuilder } from '../builder.ts';
import { intAttribute } from '../ir.ts';
import { windowOf, type Window } from '../shapes/spatial.ts';
import type { Rule } from './rule.ts';
import { sliceAxis } from './selection.ts';
import { reduceSum, reshape, transpose, zerosLike } from './shapesOf.ts';
import { transposedWindow, zip } from './window.ts';

interface Convolution {
  b: GraphBuilder;
  /** [N, C, …] */
  x: string;
  /** [M, C / group, …] */
  weight: string;
  /** [N, M, …] */
  dy: string;
  window: Window;
  group: number;
}

/** y = x ⋆ W + bias, any number of spatial axes, groups, strides, dilations and pads. Spatial sizes must be numbers. */
export const conv: Rule = ({ node, b, input, needs, dy }) => {
  const [x, weight] = [input(0), input(1)];
  const kernel = b.dims(weight).slice(2);
  const window = windowOf(node, kernel, b.shape(x).slice(2));
  const c: Convolution = { b, x, weight, dy, window, group: intAttribute(node, 'group', 1) };
  const channelSum = (): string => reduceSum(b, dy, [0, ...kernel.map((_, i) => i + 2)], false);
  return [
    needs(0) ? inputGradient(c) : undefined,
    needs(1) ? weightGradient(c) : undefined,
    needs(2) ? channelSum() : undefined,
  ];
};

const isPointwise = ({ window: w, group }: Convolution): boolean =>
  group === 1 && [...w.kernel, ...w.strides].every(n => n === 1) && [...w.before, ...w.after].every(n => n === 0);

const swapped = (rank: number): number[] => [1, 0, ...zip(rank - 2, i => i + 2)];

const spatial = (b: GraphBuilder, x: string): readonly number[] => b.shape(x).slice(2) as number[];

/** ConvTranspose in general; for 1×1 and for depthwise kernels of stride 1 the plain Conv that equals it, which runs faster. */
function inputGradient(c: Convolution): string {
  const { b, x, weight, dy, window: w, group } = c;
  if (isPointwise(c)) return b.add('Conv', [dy, transpose(b, weight, swapped(b.rank(weight)))]);
  const depthwise = group > 1 && b.dim(weight, 0) === group && b.dim(weight, 1) === 1;
  const reach = w.kernel.map((k, i) => w.dilations[i]! * (k - 1));
  const fits = reach.every((r, i) => w.strides[i] === 1 && r >= w.before[i]! && r >= w.after[i]!);
  if (!depthwise || !fits) return transposedWindow(b, dy, weight, w, spatial(b, dy), spatial(b, x), group);
  return b.add('Conv', [dy, flipped(c)], {
    group,
    dilations: w.dilations,
    pads: [...reach.map((r, i) => r - w.before[i]!), ...reach.map((r, i) => r - w.after[i]!)],
  });
}

/** A depthwise kernel turned by 180°. */
function flipped({ b, weight, group, window }: Convolution): string {
  const taps = window.kernel.reduce((p, q) => p * q, 1);
  const flat = b.add('Gather', [reshape(b, weight, [group, taps]), b.ints(zip(taps, i => taps - 1 - i))], { axis: 1 });
  return reshape(b, flat, b.shape(weight));
}

/**
 * dW = x ⋆ dy with the batch as the summed axis: a Conv whose input is x with batch and channel swapped, whose kernel is dy likewise,
 * with stride and dilation in each other's place. With g groups the input is [C/g, g·N, …] and the Conv has g groups too.
 */
function weightGradient(c: Convolution): string {
  const { b, weight, dy, window: w, group } = c;
  if (isPointwise(c)) return pointwiseGradient(c);
  const out = spatial(b, dy);
  // Padding at the end such that exactly the kernel's size comes out; rows that no window reached are cut off.
  const end = spatial(b, c.x).map(
    (size, i) => w.dilations[i]! * (w.kernel[i]! - 1) + w.strides[i]! * (out[i]! - 1) + 1 - size - w.before[i]!,
  );
  // All windows along an axis lie in the padding: no weight matters.
  if (end.some((n, i) => spatial(b, c.x)[i]! + n <= 0)) return zerosLike(b, weight);
  let x = c.x;
  for (const [i, n] of end.entries()) if (n < 0) x = sliceAxis(b, x, i + 2, 0, spatial(b, x)[i]! + n);
  const order = swapped(b.rank(x));
  const gradient = b.add(
    'Conv',
    [group === 1 ? transpose(b, x, order) : byGroup(b, x, group), transpose(b, dy, order)],
    {
      group,
      strides: w.dilations,
      dilations: w.strides,
      pads: [...w.before, ...end.map(n => Math.max(0, n))],
    },
  );
  return reshape(b, transpose(b, gradient, order), b.shape(weight));
}

/** [N, g·c, …] as [c, g·N, …]. */
function byGroup(b: GraphBuilder, x: string, group: number): string {
  const [n, channels, ...rest] = b.dims(x) as [number, number, ...number[]];
  const split = reshape(b, x, [n, group, channels / group, ...rest]);
  const turned = transpose(b, split, [2, 1, 0, ...rest.map((_, i) => i + 3)]);
  return reshape(b, turned, [channels / group, group * n, ...rest]);
}

/** A 1×1 kernel is a matrix: dW = dy·xᵀ over all positions of all samples, one Gemm. */
function pointwiseGradient({ b, x, weight, dy }: Convolution): string {
  const matrix = (t: string): string => reshape(b, transpose(b, t, swapped(b.rank(t))), [b.dim(t, 1), 'positions']);
  return reshape(b, b.add('Gemm', [matrix(dy), matrix(x)], { transB: 1 }), b.shape(weight));
}
