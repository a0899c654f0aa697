import { normalAxis } from '../dims.ts';
import { intAttribute } from '../ir.ts';
import type { Rule } from './rule.ts';
import { sliceAxis } from './selection.ts';

export const concat: Rule = context => {
  const { node, b, needs, dy } = context;
  const axis = normalAxis(intAttribute(node, 'axis', 0), b.rank(dy));
  let start = 0;
  return node.inputs.map((name, i) => {
    const size = b.dim(name, axis);
    if (typeof size !== 'number') throw context.unsupported('it joins along an open dimension');
    start += size;
    return needs(i) ? sliceAxis(b, dy, axis, start - size, start) : undefined;
  });
};
