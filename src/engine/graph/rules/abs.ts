import { unary } from './rule.ts';

export const abs = unary((b, { input, dy }) => b.add('Mul', [dy, b.add('Sign', [input(0)])]));
