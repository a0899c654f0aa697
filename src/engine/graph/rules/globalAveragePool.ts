import { inverseCount } from './reduceMean.ts';
import { unary } from './rule.ts';
import { expandLike } from './shapesOf.ts';

export const globalAveragePool = unary((b, { input, output, dy }) =>
  expandLike(b, b.add('Mul', [dy, inverseCount(b, input(0), output(0))]), input(0)),
);
