/** Building blocks of the rules of operators that pick elements along axes. */
import type { GraphBuilder } from '../builder.ts';
import { multiplyDims } from '../dims.ts';
import { reshape, transpose } from './shapesOf.ts';

export function sliceAxis(b: GraphBuilder, x: string, axis: number, start: number, end: number): string {
  if (start === 0 && end === b.dim(x, axis)) return x;
  return b.add('Slice', [x, b.ints([start]), b.ints([end]), b.ints([axis])]);
}

/** Pads with zeros; negative amounts crop. `before` and `after` per axis. */
export function padZeros(b: GraphBuilder, x: string, before: readonly number[], after: readonly number[]): string {
  return [...before, ...after].every(n => n === 0) ? x : b.add('Pad', [x, b.ints([...before, ...after])]);
}

/**
 * The gradient of picking constant `indices` (not negative) along an axis of that size: each element of `dy` is added at its source.
 * Distinct indices need no scatter, which one thread would do: rows are gathered back, missing ones from a row of zeros.
 */
export function gatherBack(
  b: GraphBuilder,
  dy: string,
  axis: number,
  indices: readonly number[],
  size: number,
): string {
  if (new Set(indices).size < indices.length)
    return scatterAdd(b, dy, axis, b.ints(indices, [indices.length, 1]), size);
  const source = Array.from({ length: size }, (_, i) => indices.indexOf(i));
  const nothing = indices.length;
  const rank = b.rank(dy);
  const padded = source.includes(-1)
    ? padZeros(
        b,
        dy,
        Array<number>(rank).fill(0),
        Array.from({ length: rank }, (_, i) => (i === axis ? 1 : 0)),
      )
    : dy;
  return b.add('Gather', [padded, b.ints(source.map(i => (i < 0 ? nothing : i)))], { axis });
}

/** The same with repeated or computed indices, an int64 tensor [n, 1]. */
export function scatterAdd(b: GraphBuilder, dy: string, axis: number, indices: string, size: number): string {
  const rank = b.rank(dy);
  const order = [axis, ...Array.from({ length: rank }, (_, i) => i).filter(i => i !== axis)];
  const front = transpose(b, dy, order);
  const shape = [size, ...b.dims(front).slice(1)];
  const zeros = b.add('ConstantOfShape', [b.ints(shape)]);
  const sum = b.add('ScatterND', [zeros, indices, front], { reduction: 'add' });
  return transpose(
    b,
    sum,
    order.map((_, i) => order.indexOf(i)),
  );
}

/** Joins `count` axes from `axis` on to one. */
export function joinAxes(b: GraphBuilder, x: string, axis: number, count: number): string {
  const shape = b.shape(x);
  return reshape(b, x, [
    ...shape.slice(0, axis),
    multiplyDims(shape.slice(axis, axis + count)),
    ...shape.slice(axis + count),
  ]);
}
