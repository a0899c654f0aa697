import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

/** y = x above 0, slope·x elsewhere; the slope is broadcast to x. */
export const prelu: Rule = ({ b, input, needs, dy }) => {
  const [x, slope] = [input(0), input(1)];
  const zero = b.constant(0);
  const dX = (): string => b.add('Where', [b.add('Greater', [x, zero]), dy, b.add('Mul', [dy, slope])]);
  const dSlope = (): string => reduceTo(b, b.add('Mul', [dy, b.add('Min', [x, zero])]), slope);
  return [needs(0) ? dX() : undefined, needs(1) ? dSlope() : undefined];
};
