import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

export const sub: Rule = ({ b, input, needs, dy }) => [
  needs(0) ? reduceTo(b, dy, input(0)) : undefined,
  // Summed before the sign is turned: fewer elements to touch.
  needs(1) ? b.add('Neg', [reduceTo(b, dy, input(1))]) : undefined,
];
