/** Building blocks of the rules that concern shapes. */
import { HeadwayError } from '../../../shared/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import { isStatic, sameShape } from '../dims.ts';
import type { Dim, Shape } from '../ir.ts';

/** Axes over which a gradient of shape `from` must be summed to undo broadcasting from shape `to`. */
function broadcastAxes(from: Shape, to: Shape): { axes: number[]; lead: number } {
  const lead = from.length - to.length;
  const axes = Array.from({ length: lead }, (_, i) => i);
  for (const [i, dim] of to.entries()) {
    const big = from[i + lead]!;
    if (big === dim) continue;
    if (dim !== 1)
      throw new HeadwayError('invalid', `Shapes [${from.join(', ')}] and [${to.join(', ')}] do not match.`);
    axes.push(i + lead);
  }
  return { axes, lead };
}

/** Sums `gradient` to the shape of `like`, the operand that was broadcast. */
export function reduceTo(b: GraphBuilder, gradient: string, like: string): string {
  const from = b.shape(gradient);
  const to = b.shape(like);
  if (sameShape(from, to)) return gradient;
  const { axes, lead } = broadcastAxes(from, to);
  if (axes.length === 0) return gradient;
  const dropsOnlyLead = axes.length === lead;
  const sum = b.add('ReduceSum', [gradient, b.ints(axes)], { keepdims: dropsOnlyLead ? 0 : 1 });
  return dropsOnlyLead || lead === 0 ? sum : reshapeLike(b, sum, like);
}

/** A shape as an int64 tensor: a constant where at most one dimension is open, else read from `like` at run time. */
function shapeTensor(b: GraphBuilder, shape: Shape, like: string, forExpand: boolean): string {
  const open = shape.filter(dim => typeof dim !== 'number').length;
  if (open === 0) return b.ints(shape as number[]);
  if (open === 1 && !forExpand && !shape.includes(0)) return b.ints(shape.map(d => (typeof d === 'number' ? d : -1)));
  return b.add('Shape', [like]);
}

export function reshapeLike(b: GraphBuilder, x: string, like: string): string {
  const shape = b.shape(like);
  return sameShape(b.shape(x), shape) ? x : b.add('Reshape', [x, shapeTensor(b, shape, like, false)]);
}

/** Reshape to given sizes, one of which may be open. */
export function reshape(b: GraphBuilder, x: string, shape: readonly Dim[]): string {
  if (sameShape(b.shape(x), shape)) return x;
  if (shape.filter(dim => typeof dim !== 'number').length > 1)
    throw new HeadwayError('invalid', `Tensor "${x}" has several open dimensions; give them sizes first.`);
  return b.add('Reshape', [x, b.ints(shape.map(dim => (typeof dim === 'number' ? dim : -1)))]);
}

/** Broadcasts `x` to the shape of `like`. */
export function expandLike(b: GraphBuilder, x: string, like: string): string {
  const shape = b.shape(like);
  return sameShape(b.shape(x), shape) ? x : b.add('Expand', [x, shapeTensor(b, shape, like, true)]);
}

export function transpose(b: GraphBuilder, x: string, permutation: readonly number[]): string {
  return permutation.every((axis, i) => axis === i) ? x : b.add('Transpose', [x], { perm: permutation });
}

/** Swaps the last two axes. */
export function swapLast(b: GraphBuilder, x: string): string {
  const rank = b.rank(x);
  const order = Array.from({ length: rank }, (_, i) => i);
  [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
  return transpose(b, x, order);
}

/** Zeros of the shape of `like`. */
export function zerosLike(b: GraphBuilder, like: string): string {
  const shape = b.shape(like);
  return b.add('ConstantOfShape', [isStatic(shape) ? b.ints(shape) : b.add('Shape', [like])]);
}

export const reduceSum = (b: GraphBuilder, x: string, axes: readonly number[], keep = true): string =>
  axes.length === 0 ? x : b.add('ReduceSum', [x, b.ints(axes)], { keepdims: keep ? 1 : 0 });

/** ReduceMean / ReduceMax take their axes as an attribute before opset 18 and as an input since. */
export function reduce(b: GraphBuilder, kind: 'Mean' | 'Max', x: string, axes: readonly number[], keep = true): string {
  const keepdims = keep ? 1 : 0;
  return b.opset < 18
    ? b.add(`Reduce${kind}`, [x], { axes, keepdims })
    : b.add(`Reduce${kind}`, [x, b.ints(axes)], { keepdims });
}

/** 1 where `x` is above the threshold, else 0, as float. */
export const stepAbove = (b: GraphBuilder, x: string, threshold: string): string =>
  b.add('Cast', [b.add('Greater', [x, threshold])], { to: 1 });

/** Mean over all elements. */
export function meanAll(b: GraphBuilder, x: string, output?: string): string {
  const options = output === undefined ? {} : { outputs: [output] };
  return b.add('ReduceMean', [x], { keepdims: 0 }, options);
}
