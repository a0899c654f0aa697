import { unary } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

export const expand = unary((b, { input, dy }) => reduceTo(b, dy, input(0)));
