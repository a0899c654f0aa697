import { ELEMENT_TYPES } from '../ir.ts';
import { unary } from './rule.ts';

/** Between float types; integers carry no gradient. */
export const cast = unary((b, { input, dy }) => b.add('Cast', [dy], { to: ELEMENT_TYPES[b.type(input(0)).type] }));
