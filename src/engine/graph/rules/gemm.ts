import { floatAttribute, intAttribute } from '../ir.ts';
import type { Rule } from './rule.ts';
import { reduceTo } from './shapesOf.ts';

/** Y = α·A'·B' + β·C, with A' = Aᵀ where transA is set. Every product stays one Gemm: nothing is transposed in memory. */
export const gemm: Rule = ({ node, b, input, needs, dy }) => {
  const [a, w, c] = [input(0), input(1), input(2)];
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const transA = intAttribute(node, 'transA', 0);
  const transB = intAttribute(node, 'transB', 0);
  const product = (left: string, right: string, ta: number, tb: number): string =>
    b.add('Gemm', [left, right], { alpha, transA: ta, transB: tb });
  const dA = (): string => (transA ? product(w, dy, transB, 1) : product(dy, w, 0, 1 - transB));
  const dB = (): string => (transB ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0));
  const dC = (): string => {
    const sum = reduceTo(b, dy, c);
    return beta === 1 ? sum : b.add('Mul', [sum, b.constant(beta)]);
  };
  return [needs(0) ? dA() : undefined, needs(1) ? dB() : undefined, needs(2) ? dC() : undefined];
};
