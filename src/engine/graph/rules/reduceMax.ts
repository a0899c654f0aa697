import { reducedOf } from './reduced.ts';
import { unary } from './rule.ts';
import { reduceSum } from './shapesOf.ts';

/** The gradient is shared evenly among equal maxima, as PyTorch's amax. */
export const reduceMax = unary((b, context) => {
  const { axes, restore } = reducedOf(context);
  const mask = b.add('Cast', [b.add('Equal', [context.input(0), restore(context.output(0))])], { to: 1 });
  const share = b.add('Div', [restore(context.dy), reduceSum(b, mask, axes)]);
  return b.add('Mul', [mask, share]);
});
