import { HeadwayError } from '../../shared/errors.ts';
import { GraphBuilder } from './builder.ts';
import { normalAxis } from './dims.ts';
import { floatAttribute, intAttribute, intsAttribute, titleOf, type Graph, type Node } from './ir.ts';

/** Changes one node to a later version of its operator; appends the result to `b`. */
type Upgrade = (b: GraphBuilder, node: Node) => Node;

interface Step {
  /** The operator's version in which its form changed. */
  since: number;
  upgrade: Upgrade;
}

const without = (node: Node, ...names: string[]): Node['attributes'] =>
  Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)));

/** An integer-list attribute that became the input at position `at`. */
const toInput =
  (name: string, at = 1): Upgrade =>
  (b, node) => {
    const values = intsAttribute(node, name);
    const inputs = [...node.inputs];
    while (inputs.length < at) inputs.push('');
    return values ? { ...node, inputs: [...inputs, b.ints(values)], attributes: without(node, name) } : node;
  };

const clip: Upgrade = (b, node) => {
  const limit = (name: string): string => (name in node.attributes ? b.constant(floatAttribute(node, name, 0)) : '');
  return { ...node, inputs: [node.inputs[0]!, limit('min'), limit('max')], attributes: without(node, 'min', 'max') };
};

const pad: Upgrade = (b, node) => ({
  ...node,
  inputs: [node.inputs[0]!, b.ints(intsAttribute(node, 'pads') ?? []), b.constant(floatAttribute(node, 'value', 0))],
  attributes: without(node, 'pads', 'value'),
});

const slice: Upgrade = (b, node) => {
  const starts = intsAttribute(node, 'starts') ?? [];
  const lists = [starts, intsAttribute(node, 'ends') ?? [], intsAttribute(node, 'axes') ?? starts.map((_, i) => i)];
  return {
    ...node,
    inputs: [node.inputs[0]!, ...lists.map(list => b.ints(list))],
    attributes: without(node, 'starts', 'ends', 'axes'),
  };
};

const dropout: Upgrade = (b, node) => ({
  ...node,
  inputs: [node.inputs[0]!, b.constant(floatAttribute(node, 'ratio', 0.5))],
  attributes: without(node, 'ratio'),
});

const batchNormalization: Upgrade = (_, node) => {
  if (intAttribute(node, 'spatial', 1) === 0) throw unconvertible(node);
  return { ...node, outputs: node.outputs.slice(0, 1), attributes: without(node, 'spatial') };
};

/** Before version 13 the input was seen as a matrix, all axes from `axis` on forming one distribution. */
const softmax: Upgrade = (b, node) => {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  const shape = b.shape(x);
  const axis = normalAxis(intAttribute(node, 'axis', 1), shape.length);
  const last = { kind: 'int', value: -1 } as const;
  if (axis === shape.length - 1) return { ...node, attributes: { axis: last } };
  const matrix = b.add('Flatten', [x], { axis });
  const soft = b.add(node.opType, [matrix], { axis: last });
  return { ...node, opType: 'Reshape', inputs: [soft, b.add('Shape', [x])], outputs: [y], attributes: {} };
};

const split: Upgrade = (_, node) =>
  node.inputs.length > 1
    ? node
    : { ...node, attributes: { ...node.attributes, num_outputs: { kind: 'int', value: node.outputs.length } } };

const impossible: Upgrade = (_, node) => {
  throw unconvertible(node);
};

const unconvertible = (node: Node): HeadwayError =>
  new HeadwayError(
    'data',
    `Node ${titleOf(node)} is of an old operator-set version that cannot be converted; export the model with version 17.`,
  );

const axes18: Step[] = [{ since: 18, upgrade: toInput('axes') }];
const softmax13: Step[] = [{ since: 13, upgrade: softmax }];

/** Changes of form between versions 7 and 21 (ONNX's Changelog.md); other operators only gained types or optional attributes. */
const steps: Readonly<Record<string, readonly Step[]>> = {
  BatchNormalization: [{ since: 14, upgrade: batchNormalization }],
  Clip: [{ since: 11, upgrade: clip }],
  Dropout: [{ since: 12, upgrade: dropout }],
  GroupNormalization: [{ since: 21, upgrade: impossible }],
  Hardmax: [{ since: 13, upgrade: impossible }],
  LogSoftmax: softmax13,
  Pad: [{ since: 11, upgrade: pad }],
  ReduceL1: axes18,
  ReduceL2: axes18,
  ReduceLogSum: axes18,
  ReduceLogSumExp: axes18,
  ReduceMax: axes18,
  ReduceMean: axes18,
  ReduceMin: axes18,
  ReduceProd: axes18,
  ReduceSum: [{ since: 13, upgrade: toInput('axes') }],
  ReduceSumSquare: axes18,
  Resize: [{ since: 11, upgrade: impossible }],
  Scatter: [{ since: 11, upgrade: (_, node) => ({ ...node, opType: 'ScatterElements' }) }],
  Slice: [{ since: 10, upgrade: slice }],
  Softmax: softmax13,
  Split: [
    { since: 13, upgrade: toInput('split') },
    { since: 18, upgrade: split },
  ],
  Squeeze: [{ since: 13, upgrade: toInput('axes') }],
  TopK: [{ since: 10, upgrade: impossible }],
  Unsqueeze: [{ since: 13, upgrade: toInput('axes') }],
  Upsample: [{ since: 10, upgrade: impossible }],
};

/**
 * The graph in a later operator-set version. Throws `data` for the few operators that cannot be converted, and for control flow
 * whose subgraphs would have to be.
 */
export function upgradeGraph(graph: Graph, to: number): Graph {
  if (graph.opset >= to) return graph;
  const b = new GraphBuilder({ ...graph, opset: to, nodes: [], outputs: [] });
  b.reserve(graph.nodes.flatMap(node => node.outputs));
  for (const node of graph.nodes) {
    if (Object.values(node.attributes).some(a => a.kind === 'opaque')) throw unconvertible(node);
    const due = node.domain === '' && Object.hasOwn(steps, node.opType) ? steps[node.opType]! : [];
    const changes = due.filter(({ since }) => since > graph.opset && since <= to);
    b.append(changes.reduce((n, { upgrade }) => upgrade(b, n), node));
  }
  return { ...b.build(), opset: to, outputs: graph.outputs };
}
