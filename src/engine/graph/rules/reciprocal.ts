import { unary } from './rule.ts';

/** dx = −dy·y². */
export const reciprocal = unary((b, { output, dy }) =>
  b.add('Neg', [b.add('Mul', [dy, b.add('Mul', [output(0), output(0)])])]),
);
