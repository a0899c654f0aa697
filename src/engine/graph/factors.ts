import type { GraphBuilder } from './builder.ts';
import { floatAttribute, intAttribute } from './ir.ts';

/** A weight gradient as the product it comes from: dW [out, in] = dzᵀ·x. */
export interface Factors {
  /** [batch, out] */
  dz: string;
  /** [batch, in] */
  x: string;
}

/** The factors of a dense layer's weight gradient, where one Gemm made it. */
export function factorsOf(b: GraphBuilder, gradient: string): Factors | undefined {
  const node = b.nodes.findLast(n => n.outputs[0] === gradient);
  if (node?.opType !== 'Gemm' || node.inputs.length !== 2 || floatAttribute(node, 'alpha', 1) !== 1) return undefined;
  if (intAttribute(node, 'transA', 0) !== 1 || intAttribute(node, 'transB', 0) !== 0) return undefined;
  return { dz: node.inputs[0]!, x: node.inputs[1]! };
}

export const productOf = (b: GraphBuilder, { dz, x }: Factors): string => b.add('Gemm', [dz, x], { transA: 1 });

/**
 * ‖dzᵀ·x‖² = Σ (dz·dzᵀ)∘(x·xᵀ): two products of batch × batch instead of a pass over a matrix that may have millions of elements.
 */
export function squaredNorm(b: GraphBuilder, { dz, x }: Factors): string {
  const gram = (t: string): string => b.add('Gemm', [t, t], { transB: 1 });
  return b.add('ReduceSum', [b.add('Mul', [gram(dz), gram(x)])], { keepdims: 0 });
}
