import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

export const mul: Rule = ({ b, input, needs, dy }) => [
  needs(0) ? reduceTo(b, b.add('Mul', [dy, input(1)]), input(0)) : undefined,
  needs(1) ? reduceTo(b, b.add('Mul', [dy, input(0)]), input(1)) : undefined,
];
