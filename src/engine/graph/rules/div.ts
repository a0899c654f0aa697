import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

/** y = a / c: da = dy / c, dc = −dy·y / c. */
export const div: Rule = ({ b, input, output, needs, dy }) => {
  const scaled = b.add('Div', [dy, input(1)]);
  return [
    needs(0) ? reduceTo(b, scaled, input(0)) : undefined,
    needs(1) ? b.add('Neg', [reduceTo(b, b.add('Mul', [scaled, output(0)]), input(1))]) : undefined,
  ];
};
