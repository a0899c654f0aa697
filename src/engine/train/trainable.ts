/** What gradient descent trains: a head, alone on feature vectors or behind the last layers of the backbone. */
import type { TrainConfig } from '../../shared/experiment.ts';
import { buildHead } from '../graph/heads.ts';
import type { Graph } from '../graph/ir.ts';
import { mergeGraphs } from '../graph/merge.ts';
import { initialise, liftParameters, type Parameter, type ParameterValues } from '../graph/parameters.ts';
import { withPooling } from '../graph/pooling.ts';
import { trainableParameters } from '../graph/trainable.ts';
import { headLayout } from './headSpec.ts';

/** Learning-rate groups. */
export const HEAD = 'head';
export const BACKBONE = 'backbone';

export const groupsIn = ({ parameters }: Pick<Trainable, 'parameters'>): string[] => [
  ...new Set(parameters.map(p => p.group)),
];

/** A learning rate for each group: the backbone's is a share of the head's. */
export const groupRates = (groups: readonly string[], rate: number, backboneRate: number): Record<string, number> =>
  Object.fromEntries(groups.map(group => [group, group === BACKBONE ? rate * backboneRate : rate]));

export interface Trainable {
  /** From `features` [batch, ...dims] and the parameters to `logits` [batch, classes]. */
  graph: Graph;
  parameters: Parameter[];
  /** Start values: seeded for the head, the pre-trained ones for the backbone's layers. */
  start: ParameterValues;
}

export const FEATURES = 'features';

/** A head on feature vectors of `width` values. */
export function trainableHead(width: number, classes: number, config: TrainConfig): Trainable {
  const { layers, activation, batchNorm, dropout, inputBatchNorm, inputDropout } = headLayout(config);
  const { graph, parameters } = buildHead({
    features: width,
    layers,
    classes,
    activation,
    dropout,
    inputBatchNorm,
    inputDropout,
    ...(batchNorm && { batchNorm }),
    group: HEAD,
  });
  return { graph, parameters, start: initialise(parameters, config.seed) };
}

/**
 * The backbone's last layers and a head. `tail`: from its one input, the boundary's feature map [batch, C, H, W], to the last feature
 * map. BatchNormalization in the tail stays in inference mode.
 */
export function trainableTail(tail: Graph, classes: number, config: TrainConfig): Trainable {
  const pooled = withPooling(tail, config.pooling);
  const backbone = trainableParameters(pooled, BACKBONE);
  const lifted = liftParameters(
    pooled,
    backbone.map(p => p.name),
  );
  const output = pooled.outputs[0]!;
  const head = trainableHead(output.shape[1] as number, classes, config);
  return {
    graph: renameInput(mergeGraphs(lifted.graph, head.graph, { [output.name]: FEATURES }), tail.inputs[0]!.name),
    parameters: [...backbone, ...head.parameters],
    start: new Map([...lifted.values, ...head.start]),
  };
}

/** The data input of every trainable graph is called `features`. */
function renameInput(graph: Graph, old: string): Graph {
  const rename = (name: string) => (name === old ? FEATURES : name);
  return {
    ...graph,
    inputs: graph.inputs.map(value => ({ ...value, name: rename(value.name) })),
    nodes: graph.nodes.map(node => ({ ...node, inputs: node.inputs.map(rename) })),
  };
}
