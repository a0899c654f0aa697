import { unary } from './rule.ts';
import { reshapeLike } from './shapesOf.ts';

/** Also the rule of Reshape, Squeeze and Unsqueeze: the elements keep their order. */
export const flatten = unary((b, { input, dy }) => reshapeLike(b, dy, input(0)));
