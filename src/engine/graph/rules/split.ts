import { intAttribute } from '../ir.ts';
import type { Rule } from './rule.ts';
import { zerosLike } from './shapesOf.ts';

/** Parts that nothing depends on give zeros. */
export const split: Rule = ({ node, b, needs, gradients }) => {
  if (!needs(0)) return [undefined];
  const parts = node.outputs.map((name, i) => gradients[i] ?? zerosLike(b, name));
  return [b.add('Concat', parts, { axis: intAttribute(node, 'axis', 0) })];
};
