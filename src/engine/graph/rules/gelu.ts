import type { GraphBuilder } from '../builder.ts';
import { stringAttribute } from '../ir.ts';
import { unary } from './rule.ts';

/** Gaussian error linear unit (Hendrycks and Gimpel 2016), an operator since opset 20. */
export const gelu = unary((b, { node, input, dy }) => {
  const approximate = stringAttribute(node, 'approximate', 'none') === 'tanh';
  return b.add('Mul', [dy, approximate ? tanhSlope(b, input(0)) : exactSlope(b, input(0))]);
});

const times = (b: GraphBuilder, x: string, factor: number): string => b.add('Mul', [x, b.constant(factor)]);
const plus = (b: GraphBuilder, x: string, term: number): string => b.add('Add', [x, b.constant(term)]);

/** Φ(x) + x·φ(x). */
function exactSlope(b: GraphBuilder, x: string): string {
  const cumulative = times(b, plus(b, b.add('Erf', [times(b, x, Math.SQRT1_2)]), 1), 0.5);
  const density = times(b, b.add('Exp', [times(b, b.add('Mul', [x, x]), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return b.add('Add', [cumulative, b.add('Mul', [x, density])]);
}

/** With t = tanh(c·(x + 0.044715·x³)): ½·(1 + t) + ½·x·(1 − t²)·c·(1 + 3·0.044715·x²). */
function tanhSlope(b: GraphBuilder, x: string): string {
  const c = Math.sqrt(2 / Math.PI);
  const square = b.add('Mul', [x, x]);
  const t = b.add('Tanh', [times(b, b.add('Mul', [x, plus(b, times(b, square, 0.044715), 1)]), c)]);
  const rise = b.add('Sub', [b.constant(1), b.add('Mul', [t, t])]);
  const inner = times(b, plus(b, times(b, square, 3 * 0.044715), 1), c);
  const slope = b.add('Mul', [b.add('Mul', [x, rise]), inner]);
  return times(b, b.add('Add', [plus(b, t, 1), slope]), 0.5);
}
