import { unary } from './rule.ts';

export const log = unary((b, { input, dy }) => b.add('Div', [dy, input(0)]));
