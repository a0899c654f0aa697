import { insideUnit } from './hardSigmoid.ts';
import { unary } from './rule.ts';

/** y = x·h with h = max(0, min(1, x/6 + ½)): slope h + x/6 where 0 < h < 1 (Howard 2019). */
export const hardSwish = unary((b, { input, dy }) => {
  const h = b.add('HardSigmoid', [input(0)], { alpha: 1 / 6, beta: 0.5 });
  const inner = b.add('Mul', [b.add('Mul', [input(0), b.constant(1 / 6)]), insideUnit(b, h)]);
  return b.add('Mul', [dy, b.add('Add', [h, inner])]);
});
