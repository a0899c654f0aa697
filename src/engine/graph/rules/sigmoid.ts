import { unary } from './rule.ts';

/** dx = dy·y·(1 − y). */
export const sigmoid = unary((b, { output, dy }) => {
  const slope = b.add('Mul', [output(0), b.add('Sub', [b.constant(1), output(0)])]);
  return b.add('Mul', [dy, slope]);
});
