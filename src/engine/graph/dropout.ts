import type { Random } from '../train/random.ts';
import { type Graph, type Node } from './ir.ts';
import { prune } from './prune.ts';
import { inferShapes } from './shapes.ts';
import { floatsOf } from './tensors.ts';

export interface DropoutMask {
  /** Input that takes the mask. */
  name: string;
  dims: readonly number[];
  /** Share of elements dropped. */
  rate: number;
}

function ratioOf(graph: Graph, node: Node): number {
  const tensor = graph.initializers.get(node.inputs[1] ?? '');
  return tensor ? floatsOf(tensor)[0]! : 0.5;
}

/** Renames what nodes and outputs read. A graph output that is renamed keeps its name through an Identity. */
export function redirect(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  if (names.size === 0) return graph;
  const target = (name: string): string => {
    let at = name;
    for (let next = names.get(at); next !== undefined; next = names.get(at)) at = next;
    return at;
  };
  const nodes = graph.nodes.map(node =>
    node.inputs.some(name => names.has(name)) ? { ...node, inputs: node.inputs.map(target) } : node,
  );
  const kept = graph.outputs
    .filter(({ name }) => names.has(name))
    .map(({ name }): Node => ({
      name: `${name}/identity`,
      opType: 'Identity',
      domain: '',
      inputs: [target(name)],
      outputs: [name],
      attributes: {},
    }));
  return { ...graph, nodes: [...nodes, ...kept] };
}

const isDropout = (node: Node): boolean => node.domain === '' && node.opType === 'Dropout';

/** The graph for inference: Dropout nodes taken out. */
export function removeDropout(graph: Graph): Graph {
  const names = new Map(graph.nodes.filter(isDropout).map(node => [node.outputs[0]!, node.inputs[0]!]));
  const nodes = graph.nodes.filter(node => !isDropout(node));
  return names.size === 0 ? graph : prune(redirect({ ...graph, nodes }, names));
}

/**
 * The graph for training: each Dropout becomes a product with an input tensor that the caller fills (`fillDropoutMask`), so a step
 * is a pure function of its inputs. All dimensions must have sizes.
 */
export function maskDropout(graph: Graph): { graph: Graph; masks: DropoutMask[] } {
  const types = inferShapes(graph);
  const masks: DropoutMask[] = [];
  const nodes = graph.nodes.map((node): Node => {
    const rate = isDropout(node) ? ratioOf(graph, node) : 0;
    if (rate === 0) return node;
    const name = `${node.outputs[0]}/mask`;
    masks.push({ name, dims: types.get(node.inputs[0]!)!.shape as number[], rate });
    return { ...node, opType: 'Mul', inputs: [node.inputs[0]!, name], outputs: [node.outputs[0]!], attributes: {} };
  });
  const inputs = masks.map(({ name, dims }) => ({ name, type: 'float32' as const, shape: dims }));
  return { graph: { ...graph, nodes, inputs: [...graph.inputs, ...inputs] }, masks };
}

/** Fills a mask: 0 with probability `rate`, else 1 / (1 − rate) (inverted dropout, Srivastava 2014). */
export function fillDropoutMask(random: Random, mask: Float32Array, rate: number): void {
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.next() < rate ? 0 : kept;
}
