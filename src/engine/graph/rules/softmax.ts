import { intAttribute } from '../ir.ts';
import { unary } from './rule.ts';
import { reduceSum } from './shapesOf.ts';

/** dx = y·(dy − Σ dy·y) along the axis. */
export const softmax = unary((b, { node, output, dy }) => {
  const sum = reduceSum(b, b.add('Mul', [dy, output(0)]), [intAttribute(node, 'axis', -1)]);
  return b.add('Mul', [output(0), b.add('Sub', [dy, sum])]);
});
