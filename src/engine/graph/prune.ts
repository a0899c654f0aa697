import { readsOf, writesOf, type Graph, type Node } from './ir.ts';

/** Nodes needed to compute `targets`, in order. */
export function ancestors(nodes: readonly Node[], targets: Iterable<string>): Node[] {
  const wanted = new Set(targets);
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!writesOf(node).some(name => wanted.has(name))) continue;
    kept.push(node);
    for (const name of readsOf(node)) wanted.add(name);
  }
  return kept.reverse();
}

/** The graph without nodes and constants that no output needs. Inputs stay, used or not, unless `dropInputs` is set. */
export function prune(graph: Graph, options: { dropInputs?: boolean } = {}): Graph {
  const targets = graph.outputs.map(value => value.name);
  const nodes = ancestors(graph.nodes, targets);
  const read = new Set([...targets, ...nodes.flatMap(readsOf)]);
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => read.has(name))),
    inputs: options.dropInputs === true ? graph.inputs.filter(value => read.has(value.name)) : graph.inputs,
  };
}
