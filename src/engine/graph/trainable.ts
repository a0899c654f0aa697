import { isFloat, type Graph, type Node } from './ir.ts';
import type { Parameter } from './parameters.ts';
import { sizeOf } from './tensors.ts';

type Role = Parameter['role'];

/** Inputs of an operator that hold its parameters. */
const slots: Readonly<Record<string, readonly [number, Role][]>> = {
  Conv: [
    [1, 'weight'],
    [2, 'bias'],
  ],
  Gemm: [
    [1, 'weight'],
    [2, 'bias'],
  ],
  MatMul: [
    [0, 'weight'],
    [1, 'weight'],
  ],
  BatchNormalization: [
    [1, 'scale'],
    [2, 'bias'],
  ],
  LayerNormalization: [
    [1, 'scale'],
    [2, 'bias'],
  ],
  PRelu: [[1, 'scale']],
  Add: [
    [0, 'bias'],
    [1, 'bias'],
  ],
  Mul: [
    [0, 'scale'],
    [1, 'scale'],
  ],
};

function slotsOf(node: Node): readonly [number, Role][] {
  return node.domain === '' && Object.hasOwn(slots, node.opType) ? slots[node.opType]! : [];
}

/**
 * The trainable constants of a graph in node order: weights, biases, scales; running statistics are not among them. Half-precision
 * weights behind a Cast are found after `foldConstants`. Scalars of Add and Mul count as arithmetic, not as parameters.
 */
export function trainableParameters(graph: Graph, group: string): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const node of graph.nodes) {
    for (const [i, role] of slotsOf(node)) {
      const name = node.inputs[i] ?? '';
      const tensor = graph.initializers.get(name);
      if (!tensor || !isFloat(tensor.type) || found.has(name)) continue;
      if (sizeOf(tensor.dims) === 1 && (node.opType === 'Add' || node.opType === 'Mul')) continue;
      const init = role === 'weight' ? 'he' : role === 'scale' ? 'one' : 'zero';
      found.set(name, { name, dims: tensor.dims, role, init, group });
    }
  }
  return [...found.values()];
}

/** Numbers in all the parameters together. */
export const parameterCount = (parameters: readonly Parameter[]): number =>
  parameters.reduce((sum, { dims, role }) => sum + (role === 'statistic' ? 0 : sizeOf(dims)), 0);
