import { HeadwayError } from '../../shared/errors.ts';
import { listBoundaries } from './boundaries.ts';
import { readsOf, type Graph } from './ir.ts';
import { prune } from './prune.ts';
import { inferShapes } from './shapes.ts';

export interface Sliced {
  /** From the graph's inputs to the boundary: the frozen part. */
  head: Graph;
  /** From the boundary to the outputs that depend on it. Without nodes where the boundary is the last output. */
  tail: Graph;
}

/**
 * Cuts a graph in two at a tensor. Constants that both parts use are shared, not copied. Throws `invalid` where the tensor does not
 * exist or the part behind it needs more than this tensor, naming the nearest tensors that work.
 */
export function sliceGraph(graph: Graph, boundary: string): Sliced {
  const type = inferShapes(graph).get(boundary);
  if (!type) throw new HeadwayError('invalid', `The model has no tensor "${boundary}", or its shape is unknown.`);
  const value = { name: boundary, ...type };
  const head = prune({ ...graph, outputs: [value] }, { dropInputs: true });

  const reached = new Set([boundary]);
  for (const node of graph.nodes)
    if (readsOf(node).some(name => reached.has(name))) node.outputs.forEach(name => reached.add(name));
  const outputs = graph.outputs.filter(({ name }) => reached.has(name) && name !== boundary);
  const nodes = graph.nodes.filter(node => !node.outputs.includes(boundary));
  const tail = prune({ ...graph, nodes, inputs: [value, ...graph.inputs], outputs: outputs.length > 0 ? outputs : [value] }, { dropInputs: true }); // prettier-ignore
  const missing = tail.inputs.find(({ name }) => name !== boundary);
  if (missing) throw notBoundary(graph, boundary);
  return { head, tail };
}

function notBoundary(graph: Graph, tensor: string): HeadwayError {
  const at = graph.nodes.findIndex(node => node.outputs.includes(tensor));
  const all = listBoundaries(graph);
  const near = [all.findLast(b => b.index <= at), all.find(b => b.index > at)].filter(b => b !== undefined);
  const names = near.map(b => `"${b.tensor}"`).join(' or ');
  return new HeadwayError('invalid', `The model cannot be cut at "${tensor}", because later parts also use earlier results; use ${names}.`); // prettier-ignore
}
