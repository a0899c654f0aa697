import type { GraphBuilder } from '../builder.ts';
import { multiplyDims } from '../dims.ts';
import type { Rule } from './rule.ts';
import { reduceTo, reshape, reshapeLike, swapLast } from './shapesOf.ts';

const rows = (b: GraphBuilder, x: string): string =>
  reshape(b, x, [multiplyDims(b.shape(x).slice(0, -1)), b.dim(x, -1)]);

/** N-dimensional matrix product. A matrix on the right is handled by one Gemm over all rows. */
export const matMul: Rule = ({ b, input, needs, dy }) => {
  const [a, w] = [input(0), input(1)];
  if (b.rank(w) === 2 && b.rank(a) >= 2) {
    const flat = rows(b, dy);
    const dA = (): string => reshapeLike(b, b.add('Gemm', [flat, w], { transB: 1 }), a);
    return [needs(0) ? dA() : undefined, needs(1) ? b.add('Gemm', [rows(b, a), flat], { transA: 1 }) : undefined];
  }
  const x = b.rank(a) === 1 ? reshape(b, a, [1, b.dim(a, 0)]) : a;
  const y = b.rank(w) === 1 ? reshape(b, w, [b.dim(w, 0), 1]) : w;
  const shape = [...b.shape(dy)];
  if (b.rank(w) === 1) shape.push(1);
  if (b.rank(a) === 1) shape.splice(-1, 0, 1);
  const d = reshape(b, dy, shape);
  const dX = (): string => reduceTo(b, b.add('MatMul', [d, swapLast(b, y)]), x);
  const dY = (): string => reduceTo(b, b.add('MatMul', [swapLast(b, x), d]), y);
  return [needs(0) ? reshapeLike(b, dX(), a) : undefined, needs(1) ? reshapeLike(b, dY(), w) : undefined];
};
