import { sliceRanges, type SliceRange } from '../shapes/layout.ts';
import { unary } from './rule.ts';
import { gatherBack, padZeros } from './selection.ts';

const indices = ({ start, step, count }: SliceRange): number[] =>
  Array.from({ length: count }, (_, i) => start + i * step);

export const slice = unary((b, context) => {
  const shape = b.shape(context.input(0));
  const ranges = sliceRanges(context.node, b.table, shape);
  if (!ranges) throw context.unsupported('its range is not constant');
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  let dx = context.dy;
  for (const range of ranges) {
    if (range.step === 1) {
      before[range.axis] = range.start;
      after[range.axis] = range.size - range.start - range.count;
    } else dx = gatherBack(b, dx, range.axis, indices(range), range.size);
  }
  return padZeros(b, dx, before, after);
});
