import { isFloat, readsOf, writesOf, type Graph, type TensorType } from './ir.ts';
import { inferShapes } from './shapes.ts';

export interface Boundary {
  /** The tensor at which the graph can be cut in two: everything before it reaches the outputs only through it. */
  readonly tensor: string;
  /** Index of the first node of the part behind it. */
  readonly index: number;
  readonly type: TensorType | undefined;
}

/**
 * The tensors through which all data from `graph.inputs` to `output` (default: the last graph output) must pass, from the first
 * to the last. Constants and what is computed from them alone do not count as data.
 */
export function listBoundaries(graph: Graph, output: string = graph.outputs.at(-1)!.name): Boundary[] {
  const lastUse = new Map<string, number>();
  for (const [i, node] of graph.nodes.entries()) for (const name of readsOf(node)) lastUse.set(name, i);
  lastUse.set(output, graph.nodes.length);
  const types = inferShapes(graph);
  const data = new Set<string>();
  const live = new Set<string>();
  const start = (name: string, at: number): void => {
    data.add(name);
    if ((lastUse.get(name) ?? -1) > at) live.add(name);
  };
  for (const { name } of graph.inputs) if (!graph.initializers.has(name)) start(name, -1);
  const found: Boundary[] = [];
  for (const [i, node] of graph.nodes.entries()) {
    const reads = readsOf(node);
    for (const name of reads) if (lastUse.get(name) === i) live.delete(name);
    if (reads.some(name => data.has(name))) for (const name of writesOf(node)) start(name, i);
    const [tensor] = live;
    if (live.size !== 1 || tensor === undefined || found.at(-1)?.tensor === tensor) continue;
    const type = types.get(tensor);
    if (type && !isFloat(type.type)) continue;
    found.push({ tensor, index: i + 1, type });
  }
  return found;
}
