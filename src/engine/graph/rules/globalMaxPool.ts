import { unary } from './rule.ts';
import { reduceSum } from './shapesOf.ts';

/** Shared evenly among equal maxima, as ReduceMax. */
export const globalMaxPool = unary((b, { input, output, dy }) => {
  const mask = b.add('Cast', [b.add('Equal', [input(0), output(0)])], { to: 1 });
  const axes = b.shape(input(0)).flatMap((_, i) => (i < 2 ? [] : [i]));
  return b.add('Mul', [mask, b.add('Div', [dy, reduceSum(b, mask, axes)])]);
});
