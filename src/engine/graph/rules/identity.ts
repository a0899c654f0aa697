import { unary } from './rule.ts';

export const identity = unary((_, { dy }) => dy);
