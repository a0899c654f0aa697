import { HeadwayError } from '../../shared/errors.ts';
import { bindShape } from './dims.ts';
import { type Dim, type Graph, type Node, type Shape, type TensorType, type ValueInfo } from './ir.ts';
import { inferShapes } from './shapes.ts';
import { upgradeGraph } from './upgrade.ts';

export interface MergeOptions {
  /** Put before every name of the second graph, inputs and outputs included. Without it only clashing names change. */
  prefix?: string;
}

/**
 * Joins two graphs: `connections` maps tensors of the first to inputs of the second. The result has the first's inputs and the
 * second's unconnected ones, the first's outputs that are not connected and then the second's. The older operator set is upgraded.
 * Throws `invalid` where types or sizes do not fit.
 */
export function mergeGraphs(
  one: Graph,
  two: Graph,
  connections: Readonly<Record<string, string>>,
  options: MergeOptions = {},
): Graph {
  const opset = Math.max(one.opset, two.opset);
  const first = upgradeGraph(one, opset);
  const links = new Map(Object.entries(connections).map(([from, to]) => [to, from]));
  const sizes = connect(first, two, links);
  const second = renamed(upgradeGraph(two, opset), first, links, options.prefix, sizes);
  return {
    name: first.name,
    opset,
    domains: new Map([...first.domains, ...second.domains]),
    nodes: [...first.nodes, ...second.nodes],
    initializers: new Map([...first.initializers, ...second.initializers]),
    inputs: [...first.inputs, ...second.inputs],
    outputs: [...first.outputs.filter(({ name }) => !(name in connections)), ...second.outputs],
    hints: new Map([...first.hints, ...second.hints]),
    metadata: new Map([...first.metadata, ...second.metadata]),
  };
}

/** Checks the connections; gives what the second graph's open dimensions are in the first. */
function connect(first: Graph, second: Graph, links: ReadonlyMap<string, string>): Map<string, Dim> {
  const types = inferShapes(first);
  const sizes = new Map<string, Dim>();
  for (const [to, from] of links) {
    const source = types.get(from);
    const target = second.inputs.find(value => value.name === to);
    if (!source) throw new HeadwayError('invalid', `The first model has no tensor "${from}".`);
    if (!target) throw new HeadwayError('invalid', `The second model has no input "${to}".`);
    if (!fits(source, target, sizes)) {
      const show = ({ type, shape }: TensorType): string => `${type} [${shape.join(', ')}]`;
      throw new HeadwayError('invalid', `"${from}" is ${show(source)}, but "${to}" takes ${show(target)}.`);
    }
  }
  return sizes;
}

function fits(source: TensorType, target: TensorType, sizes: Map<string, Dim>): boolean {
  if (source.type !== target.type || source.shape.length !== target.shape.length) return false;
  return target.shape.every((dim, i) => {
    const size = source.shape[i]!;
    if (typeof dim !== 'string') return typeof size === 'string' || size === dim;
    sizes.set(dim, sizes.get(dim) ?? size);
    return true;
  });
}

function renamed(
  graph: Graph,
  first: Graph,
  links: ReadonlyMap<string, string>,
  prefix: string | undefined,
  sizes: ReadonlyMap<string, Dim>,
): Graph {
  const used = new Set([
    ...first.inputs.map(v => v.name),
    ...first.initializers.keys(),
    ...first.nodes.flatMap(n => n.outputs),
  ]);
  const nodeNames = new Set(first.nodes.map(node => node.name));
  const name = (old: string): string => {
    if (old === '') return old;
    const link = links.get(old);
    if (link !== undefined) return link;
    if (prefix !== undefined) return `${prefix}${old}`;
    let free = old;
    for (let i = 1; used.has(free); i++) free = `${old}_${i}`;
    return free;
  };
  const shape = (dims: Shape): Shape => bindShape(dims, sizes);
  const value = (v: ValueInfo): ValueInfo => ({ ...v, name: name(v.name), shape: shape(v.shape) });
  const node = (n: Node): Node => {
    if (Object.values(n.attributes).some(a => a.kind === 'opaque' && a.reads.length > 0))
      throw new HeadwayError('invalid', 'A model with control flow cannot be the second part of a join.');
    const plain = prefix !== undefined ? `${prefix}${n.name}` : n.name;
    let free = plain;
    for (let i = 1; nodeNames.has(free) && free !== ''; i++) free = `${plain}_${i}`;
    return { ...n, name: free, inputs: n.inputs.map(name), outputs: n.outputs.map(name) };
  };
  return {
    ...graph,
    nodes: graph.nodes.map(node),
    initializers: new Map([...graph.initializers].map(([key, tensor]) => [name(key), tensor])),
    inputs: graph.inputs.filter(v => !links.has(v.name)).map(value),
    outputs: graph.outputs.map(value),
    hints: new Map([...graph.hints].map(([key, type]) => [name(key), { ...type, shape: shape(type.shape) }])),
  };
}
