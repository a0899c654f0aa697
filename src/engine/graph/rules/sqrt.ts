import { unary } from './rule.ts';

export const sqrt = unary((b, { output, dy }) => b.add('Div', [b.add('Mul', [dy, b.constant(0.5)]), output(0)]));
