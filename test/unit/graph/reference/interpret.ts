/** Runs a graph in float64, plainly and slowly: the reference our gradients and ONNX Runtime are measured against. */
import type { Graph, Tensor } from '../../../../src/engine/graph/ir.ts';
import { floatsOf, intsOf, isIntegerType } from '../../../../src/engine/graph/tensors.ts';
import { elementwise, type Operator } from './elementwise.ts';
import { layout } from './layout.ts';
import { matrix } from './matrix.ts';
import { spatial } from './spatial.ts';
import { tensor, type Tensor64 } from './tensor.ts';

const operators: Record<string, Operator> = { ...elementwise, ...layout, ...matrix, ...spatial };

const constant = (t: Tensor): Tensor64 => tensor(isIntegerType(t.type) ? intsOf(t) : floatsOf(t), t.dims);

/** All tensors of the graph, given its inputs. */
export function interpret(graph: Graph, feeds: ReadonlyMap<string, Tensor64>): Map<string, Tensor64> {
  const values = new Map(feeds);
  for (const [name, value] of graph.initializers) values.set(name, constant(value));
  for (const node of graph.nodes) {
    const operator = operators[node.opType];
    if (!operator) throw new Error(`The reference has no ${node.opType}.`);
    const inputs = node.inputs.map(name => values.get(name));
    for (const [i, name] of node.inputs.entries())
      if (name !== '' && !inputs[i]) throw new Error(`Missing input ${name} of ${node.opType}.`);
    for (const [i, output] of operator(inputs, node).entries()) {
      const name = node.outputs[i];
      if (name) values.set(name, output);
    }
  }
  return values;
}
