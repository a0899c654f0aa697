import { floatsOf } from '../tensors.ts';
import type { RuleContext, Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

/** y = xᵉ: dx = dy·e·xᵉ⁻¹, de = dy·y·ln x (x > 0). */
export const pow: Rule = context => {
  const { b, input, output, needs, dy } = context;
  const [x, e] = [input(0), input(1)];
  const dE = (): string => reduceTo(b, b.add('Mul', [b.add('Mul', [dy, output(0)]), b.add('Log', [x])]), e);
  return [needs(0) ? reduceTo(b, b.add('Mul', [dy, slope(context)]), x) : undefined, needs(1) ? dE() : undefined];
};

function slope({ b, input }: RuleContext): string {
  const [x, e] = [input(0), input(1)];
  const constant = b.initializers.get(e);
  const known = constant?.dims.length === 0 || constant?.dims.join() === '1' ? floatsOf(constant)[0] : undefined;
  // x² is the common case (variances) and must not divide by zero or take a power.
  if (known === 2) return b.add('Mul', [x, b.constant(2)]);
  const exponent = b.type(e).type === 'float32' ? e : b.add('Cast', [e], { to: 1 });
  return b.add('Mul', [exponent, b.add('Pow', [x, b.add('Sub', [exponent, b.constant(1)])])]);
}
