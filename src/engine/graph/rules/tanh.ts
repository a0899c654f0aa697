import { unary } from './rule.ts';

/** dx = dy·(1 − y²). */
export const tanh = unary((b, { output, dy }) => {
  const slope = b.add('Sub', [b.constant(1), b.add('Mul', [output(0), output(0)])]);
  return b.add('Mul', [dy, slope]);
});
