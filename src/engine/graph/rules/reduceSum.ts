import { reducedOf } from './reduced.ts';
import { unary } from './rule.ts';
import { expandLike } from './shapesOf.ts';

export const reduceSum = unary((b, context) => expandLike(b, reducedOf(context).restore(context.dy), context.input(0)));
