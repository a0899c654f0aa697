import type { GraphBuilder } from '../builder.ts';
import { divideDims, multiplyDims } from '../dims.ts';
import { reducedOf } from './reduced.ts';
import { unary } from './rule.ts';
import { expandLike } from './shapesOf.ts';

/** 1 / (elements of `x` per element of its mean `y`), as a scalar tensor; read at run time where the sizes are open. */
export function inverseCount(b: GraphBuilder, x: string, y: string): string {
  const count = divideDims(multiplyDims(b.shape(x)), multiplyDims(b.shape(y)));
  if (typeof count === 'number') return b.constant(1 / count);
  const size = (name: string): string => b.add('Cast', [b.add('Size', [name])], { to: 1 });
  return b.add('Div', [size(y), size(x)]);
}

export const reduceMean = unary((b, context) => {
  const scaled = b.add('Mul', [context.dy, inverseCount(b, context.input(0), context.output(0))]);
  return expandLike(b, reducedOf(context).restore(scaled), context.input(0));
});
