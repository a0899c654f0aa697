import { unary } from './rule.ts';

/** dx = dy·2/√π·exp(−x²). */
export const erf = unary((b, { input, dy }) => {
  const gauss = b.add('Exp', [b.add('Neg', [b.add('Mul', [input(0), input(0)])])]);
  return b.add('Mul', [dy, b.add('Mul', [gauss, b.constant(2 / Math.sqrt(Math.PI))])]);
});
