import { normalAxis } from '../dims.ts';
import { stringAttribute } from '../ir.ts';
import { knownInts } from '../shapes/context.ts';
import { unary, type RuleContext } from './rule.ts';
import { gatherBack, padZeros } from './selection.ts';

/** Index a padded position is copied from, for the modes that copy. */
function sourceOf(mode: string, i: number, size: number): number {
  if (mode === 'edge') return Math.min(Math.max(i, 0), size - 1);
  if (mode === 'wrap') return ((i % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

export const pad = unary((b, context) => {
  const { node, input, dy } = context;
  const shape = b.shape(input(0));
  const pads = knownInts(b.table, input(1));
  if (!pads) throw context.unsupported('its padding is not constant');
  const axes = input(3) === '' ? shape.map((_, i) => i) : knownInts(b.table, input(3));
  if (!axes) throw context.unsupported('its axes are not constant');
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  for (const [i, raw] of axes.entries()) {
    const axis = normalAxis(raw, shape.length);
    before[axis] = pads[i]!;
    after[axis] = pads[i + axes.length]!;
  }
  const mode = stringAttribute(node, 'mode', 'constant');
  if (mode === 'constant') {
    const negated = (amounts: number[]): number[] => amounts.map(n => 0 - n);
    return padZeros(b, dy, negated(before), negated(after));
  }
  return copied(context, mode, before, after);
});

function copied({ b, input, dy, unsupported }: RuleContext, mode: string, before: number[], after: number[]): string {
  let dx = dy;
  for (const [axis, size] of b.shape(input(0)).entries()) {
    const [first, last] = [before[axis]!, after[axis]!];
    if (first === 0 && last === 0) continue;
    if (typeof size !== 'number') throw unsupported('it pads an open dimension');
    const sources = Array.from({ length: size + first + last }, (_, i) => sourceOf(mode, i - first, size));
    dx = gatherBack(b, dx, axis, sources, size);
  }
  return dx;
}
