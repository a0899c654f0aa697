import { HeadwayError } from '../../shared/errors.ts';
import { listBoundaries } from './boundaries.ts';
import { GraphBuilder } from './builder.ts';
import { isFloat, titleOf, type Graph, type Node } from './ir.ts';
import type { RuleContext } from './rules/rule.ts';
import { ruleFor } from './rules/registry.ts';
import { zerosLike } from './rules/shapesOf.ts';

/**
 * Reverse-mode differentiation, symbolic: appends backward nodes to `b`. `seeds` maps output tensors to tensors holding the
 * gradient of the scalar of interest with respect to them (same shapes). Gives the gradient tensor of each of `withRespectTo`, a
 * tensor of zeros where nothing flows to it. Throws `invalid` where an operator on the way has no rule.
 */
export function backpropagate(
  b: GraphBuilder,
  seeds: ReadonlyMap<string, string>,
  withRespectTo: readonly string[],
): Map<string, string> {
  const forward = [...b.nodes];
  const needed = dependents(b, forward, withRespectTo);
  const pending = new Map<string, string[]>();
  const push = (name: string, gradient: string): void => {
    const list = pending.get(name);
    if (list) list.push(gradient);
    else pending.set(name, [gradient]);
  };
  for (const [name, gradient] of seeds) push(name, gradient);
  const total = (name: string): string | undefined => {
    const parts = pending.get(name);
    if (!parts) return undefined;
    const sum = parts.reduce((x, y) => b.add('Add', [x, y]));
    pending.set(name, [sum]);
    return sum;
  };
  for (const node of forward.toReversed()) {
    if (!node.inputs.some(name => needed.has(name)) || !node.outputs.some(name => pending.has(name))) continue;
    const rule = ruleFor(node);
    if (!rule) throw withoutRule(b, node, 'has no gradient');
    const gradients = node.outputs.map(name => (name === '' ? undefined : total(name)));
    const results = rule(contextOf(b, node, needed, gradients));
    for (const [i, name] of node.inputs.entries()) {
      const gradient = results[i];
      if (gradient !== undefined && needed.has(name)) push(name, gradient);
    }
  }
  return new Map(withRespectTo.map(name => [name, total(name) ?? zerosLike(b, name)]));
}

/** Float tensors that depend on `sources`, themselves included. Integers and booleans carry no gradient. */
function dependents(b: GraphBuilder, nodes: readonly Node[], sources: readonly string[]): Set<string> {
  const found = new Set(sources);
  for (const node of nodes) {
    if (!node.inputs.some(name => found.has(name))) continue;
    for (const name of node.outputs) {
      const type = name === '' ? undefined : b.table.type(name);
      if (name !== '' && (!type || isFloat(type.type))) found.add(name);
    }
  }
  return found;
}

function contextOf(
  b: GraphBuilder,
  node: Node,
  needed: ReadonlySet<string>,
  gradients: readonly (string | undefined)[],
): RuleContext {
  return {
    node,
    b,
    gradients,
    input: i => node.inputs[i] ?? '',
    output: i => node.outputs[i]!,
    needs: i => needed.has(node.inputs[i] ?? ''),
    get dy() {
      const dy = gradients[0];
      if (dy === undefined) throw withoutRule(b, node, 'has no gradient through its secondary outputs');
      return dy;
    },
    unsupported: reason => withoutRule(b, node, `has no gradient because ${reason}`),
  };
}

function withoutRule(b: GraphBuilder, node: Node, why: string): HeadwayError {
  const graph = b.build();
  const next = laterBoundary(graph, node);
  const advice = next === undefined ? 'No later boundary works.' : `The nearest boundary that works is "${next}".`;
  return new HeadwayError('invalid', `Node ${titleOf(node)} ${why}, so nothing before it can be trained. ${advice}`);
}

/** First tensor behind `node` at which the graph can be cut with only differentiable nodes after it. */
function laterBoundary(graph: Graph, node: Node): string | undefined {
  const at = graph.nodes.indexOf(node);
  const output = graph.outputs.at(-1)?.name;
  if (output === undefined) return undefined;
  const last = graph.nodes.findLastIndex(n => n.outputs.includes(output));
  const blocked = graph.nodes.slice(0, last + 1).findLastIndex(n => !ruleFor(n));
  return listBoundaries(graph, output).find(b => b.index > Math.max(at, blocked) && b.tensor !== output)?.tensor;
}

export interface Differentiated {
  graph: Graph;
  /** Gradient tensor of each tensor asked for; also declared as graph outputs. */
  gradients: Map<string, string>;
}

/**
 * Adds to the graph the gradients of the scalar `loss` with respect to tensors (inputs, initializers or inner ones). Source of the
 * rules: the operators' definitions; conventions at kinks follow PyTorch.
 */
export function differentiate(
  graph: Graph,
  options: { loss: string; withRespectTo: readonly string[] },
): Differentiated {
  const b = new GraphBuilder(graph);
  const size = b.dims(options.loss).reduce((p, q) => p * q, 1);
  if (size !== 1) throw new HeadwayError('invalid', `The loss "${options.loss}" is not a scalar.`);
  const one = b.constant([1], b.dims(options.loss));
  const gradients = backpropagate(b, new Map([[options.loss, one]]), options.withRespectTo);
  b.output(...gradients.values());
  return { graph: b.build(), gradients };
}
