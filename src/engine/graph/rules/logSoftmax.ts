import { intAttribute } from '../ir.ts';
import { unary } from './rule.ts';
import { reduceSum } from './shapesOf.ts';

/** dx = dy − softmax(x)·Σ dy along the axis; softmax(x) = exp(y). */
export const logSoftmax = unary((b, { node, output, dy }) => {
  const sum = reduceSum(b, dy, [intAttribute(node, 'axis', -1)]);
  return b.add('Sub', [dy, b.add('Mul', [b.add('Exp', [output(0)]), sum])]);
});
