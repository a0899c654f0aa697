import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

export const add: Rule = ({ node, b, input, needs, dy }) =>
  node.inputs.map((_, i) => (needs(i) ? reduceTo(b, dy, input(i)) : undefined));
