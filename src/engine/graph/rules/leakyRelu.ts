import { floatAttribute } from '../ir.ts';
import { unary } from './rule.ts';

export const leakyRelu = unary((b, { node, input, dy }) => {
  const alpha = b.constant(floatAttribute(node, 'alpha', 0.01));
  return b.add('Where', [b.add('Greater', [input(0), b.constant(0)]), dy, b.add('Mul', [dy, alpha])]);
});
