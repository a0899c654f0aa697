import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

export const where: Rule = ({ b, input, needs, dy }) => {
  const zero = b.constant(0);
  const [condition, yes, no] = [input(0), input(1), input(2)];
  return [
    undefined,
    needs(1) ? reduceTo(b, b.add('Where', [condition, dy, zero]), yes) : undefined,
    needs(2) ? reduceTo(b, b.add('Where', [condition, zero, dy]), no) : undefined,
  ];
};
