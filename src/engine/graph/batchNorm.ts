import { GraphBuilder } from './builder.ts';
import { floatAttribute, type Graph, type Node } from './ir.ts';
import { countOf, perChannel, perSample, statisticAxes } from './rules/batchNormalizationTraining.ts';
import { reduceSum } from './rules/shapesOf.ts';

/** A running statistic and the batch's, to be blended into it. */
export interface RunningStatistic {
  /** Input that holds the running value [C]. */
  name: string;
  /** New value [C]. */
  next: string;
}

const own = (node: Node): boolean => node.domain === 'headway' && node.opType === 'BatchNormalizationTraining';

/**
 * Rewrites the chosen BatchNormalization nodes to batch statistics. `present` names a float tensor [N] of 0 and 1: samples that are
 * padding (0) count neither in the statistics nor in the gradient. Differentiate next, then call `lowerBatchNorm`.
 */
export function trainBatchNorm(graph: Graph, chosen: (node: Node) => boolean, present: string): Graph {
  const nodes = graph.nodes.map((node): Node => {
    if (node.opType !== 'BatchNormalization' || !chosen(node)) return node;
    const y = node.outputs[0]!;
    const [x, scale, bias, mean, variance] = node.inputs;
    return {
      ...node,
      opType: 'BatchNormalizationTraining',
      domain: 'headway',
      inputs: [x!, scale!, bias!, present, mean!, variance!],
      outputs: [y, `${y}/batch_mean`, `${y}/batch_variance`, `${y}/normalised`, `${y}/inverse`],
    };
  });
  return { ...graph, nodes };
}

/**
 * Replaces `headway.BatchNormalizationTraining` by standard operators and adds the updates of the running statistics, by PyTorch's
 * rule: r ← m·r + (1 − m)·batch with ONNX's momentum m (PyTorch's is 1 − m), the variance unbiased (n / (n − 1)).
 */
export function lowerBatchNorm(graph: Graph): { graph: Graph; statistics: RunningStatistic[] } {
  const statistics: RunningStatistic[] = [];
  if (!graph.nodes.some(own)) return { graph, statistics };
  const b = new GraphBuilder({ ...graph, nodes: [], outputs: [] });
  b.reserve(graph.nodes.flatMap(node => (own(node) ? [] : node.outputs)));
  for (const node of graph.nodes) {
    if (own(node)) statistics.push(...lower(b, node));
    else b.append(node);
  }
  b.output(...graph.outputs.map(value => value.name));
  return { graph: b.build(), statistics };
}

function lower(b: GraphBuilder, node: Node): RunningStatistic[] {
  const [x, scale, bias, present, runningMean, runningVariance] = node.inputs as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [y, mean, variance, normalised, inverse] = node.outputs as [string, string, string, string, string];
  const axes = statisticAxes(b, x);
  const count = countOf(b, x, present);
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const masked = (value: string): string => b.add('Mul', [value, perSample(b, present, x)]);
  const average = (value: string, output: string): void => {
    b.add('Div', [reduceSum(b, masked(value), axes), count], {}, { outputs: [output] });
  };
  average(x, mean);
  const centred = b.add('Sub', [x, mean]);
  average(b.add('Mul', [centred, centred]), variance);
  b.add('Reciprocal', [b.add('Sqrt', [b.add('Add', [variance, b.constant(epsilon)])])], {}, { outputs: [inverse] });
  b.add('Mul', [centred, inverse], {}, { outputs: [normalised] });
  const scaled = b.add('Mul', [normalised, perChannel(b, scale, x)]);
  b.add('Add', [scaled, perChannel(b, bias, x)], {}, { outputs: [y] });

  const momentum = floatAttribute(node, 'momentum', 0.9);
  const flat = (value: string): string => b.add('Reshape', [value, b.ints([-1])]);
  const blend = (running: string, batch: string): RunningStatistic => {
    const old = b.add('Mul', [running, b.constant(momentum)]);
    const next = b.add(
      'Add',
      [old, b.add('Mul', [batch, b.constant(1 - momentum)])],
      {},
      { outputs: [`${running}_next`] },
    );
    return { name: running, next };
  };
  // One lone sample has no unbiased variance: the divisor stays at least 1.
  const fewer = b.add('Max', [b.add('Sub', [count, b.constant(1)]), b.constant(1)]);
  const unbiased = b.add('Mul', [flat(variance), b.add('Div', [count, fewer])]);
  return [blend(runningMean, flat(mean)), blend(runningVariance, unbiased)];
}
