import { HeadwayError } from '../../shared/errors.ts';
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

export interface FactoredParameter {
  /** The weight [out, in]; an input of the step, but not among its state. */
  name: string;
  group: string;
  /** An output [batch, out] */
  dz: { name: string; dims: readonly number[] };
  /** [batch, in]: an output, or one of the step's data inputs. */
  x: { name: string; dims: readonly number[]; isInput: boolean };
}

/** Declares the factors of a weight's gradient as outputs. Throws `invalid` where the weight is not that of one dense layer. */
export function exposeFactors(b: GraphBuilder, name: string, group: string, gradient: string): FactoredParameter {
  const factors = factorsOf(b, gradient);
  if (!factors)
    throw new HeadwayError('invalid', `The gradient of "${name}" is not one product, so it cannot be left factored.`);
  const isInput = !b.nodes.some(node => node.outputs.includes(factors.x));
  b.output(factors.dz);
  if (!isInput) b.output(factors.x);
  return {
    name,
    group,
    dz: { name: factors.dz, dims: b.dims(factors.dz) },
    x: { name: factors.x, dims: b.dims(factors.x), isInput },
  };
}
