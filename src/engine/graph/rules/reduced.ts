import { intAttribute } from '../ir.ts';
import { reducedAxes } from '../shapes/matrix.ts';
import type { RuleContext } from './rule.ts';
import { reshape } from './shapesOf.ts';

export interface Reduced {
  axes: readonly number[];
  /** Brings a tensor of the output's shape to the input's rank, with 1 for reduced axes. */
  restore: (x: string) => string;
}

/** Axes a Reduce node reduces, and the way back to the input's rank. */
export function reducedOf(context: RuleContext): Reduced {
  const { node, b, input } = context;
  const shape = b.shape(input(0));
  const axes = reducedAxes(node, b.table, shape.length);
  if (!axes) throw context.unsupported('its axes are not constant');
  const kept = shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  const keepdims = intAttribute(node, 'keepdims', 1) === 1;
  return { axes, restore: x => (keepdims ? x : reshape(b, x, kept)) };
}
