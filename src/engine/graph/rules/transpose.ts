import { intsAttribute } from '../ir.ts';
import { unary } from './rule.ts';
import { transpose as transposed } from './shapesOf.ts';

export const transpose = unary((b, { node, input, dy }) => {
  const rank = b.rank(input(0));
  const permutation = intsAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return transposed(b, dy, inverse);
});
