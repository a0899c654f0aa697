import type { GraphBuilder } from '../builder.ts';
import { floatAttribute } from '../ir.ts';
import { unary } from './rule.ts';

/** 1 where 0 < y < 1, else 0. */
export function insideUnit(b: GraphBuilder, y: string): string {
  const inside = b.add('And', [b.add('Greater', [y, b.constant(0)]), b.add('Less', [y, b.constant(1)])]);
  return b.add('Cast', [inside], { to: 1 });
}

/** y = max(0, min(1, α·x + β)). */
export const hardSigmoid = unary((b, { node, output, dy }) => {
  const alpha = b.constant(floatAttribute(node, 'alpha', 0.2));
  return b.add('Mul', [b.add('Mul', [dy, alpha]), insideUnit(b, output(0))]);
});
