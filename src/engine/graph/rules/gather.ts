import { normalAxis } from '../dims.ts';
import { intAttribute } from '../ir.ts';
import { knownInts } from '../shapes/context.ts';
import { unary } from './rule.ts';
import { gatherBack, joinAxes, scatterAdd } from './selection.ts';
import { reshape } from './shapesOf.ts';

/** With respect to the data; the indices may be constant or computed. */
export const gather = unary((b, context) => {
  const [data, indices] = [context.input(0), context.input(1)];
  const axis = normalAxis(intAttribute(context.node, 'axis', 0), b.rank(data));
  const size = b.dim(data, axis);
  if (typeof size !== 'number') throw context.unsupported('it picks along an open dimension');
  const rank = b.rank(indices);
  const flat = rank === 0 ? reshape(b, context.dy, b.shape(data).with(axis, 1)) : joinAxes(b, context.dy, axis, rank);
  const known = knownInts(b.table, indices);
  if (known) return gatherBack(b, flat, axis, known.map(i => normalAxis(i, size)), size); // prettier-ignore
  return scatterAdd(b, flat, axis, b.add('Reshape', [indices, b.ints([-1, 1])]), size);
});
