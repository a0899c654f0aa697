import { unary } from './rule.ts';

export const exp = unary((b, { output, dy }) => b.add('Mul', [dy, output(0)]));
