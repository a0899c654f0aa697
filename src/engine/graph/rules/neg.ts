import { unary } from './rule.ts';

export const neg = unary((b, { dy }) => b.add('Neg', [dy]));
