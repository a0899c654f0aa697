import { bindShape } from './dims.ts';
import type { Dim, Graph, Node, Tensor, TensorType } from './ir.ts';
import type { Infer, Inferred, TypeContext } from './shapes/context.ts';
import { elementwise } from './shapes/elementwise.ts';
import { layout } from './shapes/layout.ts';
import { matrix } from './shapes/matrix.ts';
import { spatial } from './shapes/spatial.ts';
import { trainingOperators } from './shapes/trainingOperators.ts';
import { intsOf, isIntegerType, sizeOf } from './tensors.ts';

const inferences: ReadonlyMap<string, Infer> = new Map(
  Object.entries({ ...elementwise, ...layout, ...matrix, ...spatial, ...trainingOperators }),
);

/** Integer constants longer than this are data, not shapes. */
const MAX_KNOWN = 4096;

/** Types and shape values collected node by node. Unknown operators leave their outputs unknown, unless the file states them. */
export class TypeTable implements TypeContext {
  readonly types = new Map<string, TensorType>();
  readonly values = new Map<string, readonly Dim[]>();
  readonly opset: number;
  readonly #hints: ReadonlyMap<string, TensorType>;

  constructor(graph: Graph) {
    this.opset = graph.opset;
    this.#hints = graph.hints;
    for (const [name, tensor] of graph.initializers) this.addConstant(name, tensor);
    for (const { name, type, shape } of graph.inputs) this.types.set(name, { type, shape });
    for (const node of graph.nodes) this.addNode(node);
  }

  type(name: string): TensorType | undefined {
    return this.types.get(name);
  }

  known(name: string): readonly Dim[] | undefined {
    return this.values.get(name);
  }

  addConstant(name: string, tensor: Tensor): void {
    this.types.set(name, { type: tensor.type, shape: tensor.dims });
    if (isIntegerType(tensor.type) && sizeOf(tensor.dims) <= MAX_KNOWN) this.values.set(name, intsOf(tensor));
  }

  addNode(node: Node): void {
    const infer = node.domain === '' || node.domain === 'headway' ? inferences.get(node.opType) : undefined;
    const results: readonly (Inferred | undefined)[] = infer ? infer(node, this) : [];
    for (const [i, name] of node.outputs.entries()) {
      if (name === '') continue;
      const result = results[i];
      const type = result ?? this.#hints.get(name);
      if (type) this.types.set(name, { type: type.type, shape: type.shape });
      if (result?.value) this.values.set(name, result.value);
    }
  }
}

/**
 * Type and shape of every tensor of the graph whose operator is known. Open dimensions stay names (`batch`); constant shape
 * arithmetic (Shape, Gather, Concat, …) is followed.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, TensorType> {
  return new TypeTable(graph).types;
}

/** The graph with open dimensions of those names given sizes. ONNX Runtime plans memory better for fixed shapes. */
export function bindDimensions(graph: Graph, sizes: Readonly<Record<string, number>>): Graph {
  const map = new Map(Object.entries(sizes));
  return {
    ...graph,
    inputs: graph.inputs.map(value => ({ ...value, shape: bindShape(value.shape, map) })),
    outputs: graph.outputs.map(value => ({ ...value, shape: bindShape(value.shape, map) })),
    hints: new Map([...graph.hints].map(([name, type]) => [name, { ...type, shape: bindShape(type.shape, map) }])),
  };
}
