import { HeadwayError } from '../../shared/errors.ts';
import { lowerBatchNorm, trainBatchNorm } from './batchNorm.ts';
import { GraphBuilder } from './builder.ts';
import { backpropagate } from './differentiate.ts';
import { maskDropout, removeDropout, type DropoutMask } from './dropout.ts';
import type { Graph, Node } from './ir.ts';
import { emitCrossEntropy, type LossOptions } from './loss.ts';
import { adamConstants, type AdamConstants, type AdamOptions } from './optimizers/adam.ts';
import {
  clipByGlobalNorm,
  createOptimizer,
  type OptimizerOptions,
  type StateTensor,
  type Update,
} from './optimizers/optimizer.ts';
import { liftParameters, type Parameter, type ParameterValues } from './parameters.ts';
import { prune } from './prune.ts';
import { bindDimensions } from './shapes.ts';
import { writeGraph } from './write.ts';

export interface TrainingStepOptions {
  /** From data inputs (first dimension: the batch) to logits [batch, K], its last output. Parameters are inputs or initializers. */
  trainable: Graph;
  /** What is trained, and the running statistics (role `statistic`) of the BatchNormalization nodes that use batch statistics. */
  parameters: readonly Parameter[];
  loss?: LossOptions;
  optimizer: OptimizerOptions;
  /** The caller makes Adam's update itself, from the gradients that the step then gives instead. Default false. */
  byCaller?: boolean;
  /** Samples per step, fixed. Fill the last batch up with samples of weight 0: they change nothing. */
  batch: number;
}

/** A parameter that the caller updates. */
export interface CallerParameter {
  name: string;
  group: string;
  /** Whether weight decay and L2 apply to it. */
  decays: boolean;
  /** An output of the step, of the parameter's dimensions. */
  gradient: { name: string; dims: readonly number[] };
}

export interface TrainingStep {
  graph: Graph;
  /** The graph as an ONNX file. */
  model: () => Uint8Array;
  /** Data inputs of the trainable graph, batch in place. */
  data: { name: string; dims: readonly number[] }[];
  /** One-hot or soft labels, float32 [batch, K], rows sum to 1. */
  target: { name: string; dims: readonly number[] };
  /** Sample weights, float32 [batch], at least one positive. */
  weight: { name: string; dims: readonly number[] };
  /** Inputs to be filled with `fillDropoutMask` before each step. */
  masks: DropoutMask[];
  /** Tensors that go in under `name` and come out under `next`. */
  state: StateTensor[];
  /** Parameters that are inputs but not state: with `byCaller` all that are trained, to be updated with these constants and `scalars`. */
  byCaller: CallerParameter[];
  adam?: AdamConstants;
  /** Values of the scalar (dims []) inputs. `step` counts from 1. */
  scalars: (step: number, learningRates: Readonly<Record<string, number>>) => Record<string, number>;
  outputs: {
    /** Scalar: weighted mean cross-entropy, nats, without the L2 term. */
    loss: string;
    /** [batch, K], before the update. */
    logits: string;
    /** [batch, K], before the update. */
    probabilities: string;
    /** Scalar: L2 norm of all gradients before clipping; only with `clipNorm`. */
    gradientNorm?: string;
  };
  /** Start values of parameters that were initializers of the graph. */
  initial: ParameterValues;
}

/** Gives the open first dimension of every input the size `batch`. */
export function bindBatch(graph: Graph, batch: number, parameters: readonly { name: string }[] = []): Graph {
  const own = new Set(parameters.map(p => p.name));
  const open = graph.inputs.filter(({ name }) => !own.has(name)).map(({ shape }) => shape[0]);
  const names = open.filter(dim => typeof dim === 'string');
  return bindDimensions(graph, Object.fromEntries(names.map(name => [name, batch])));
}

/**
 * One optimizer step as a graph: forward, weighted softmax cross-entropy, backward, update. BatchNormalization nodes whose running
 * mean is among the parameters use the statistics of the samples present (weight > 0) and update the running ones; others stay in
 * inference mode. Throws `invalid` for an operator without a gradient, naming the boundary that would work.
 */
export function buildTrainingStep(options: TrainingStepOptions): TrainingStep {
  const { parameters, batch, loss = {} } = options;
  checkOptions(options);
  const lifted = liftParameters(options.trainable, parameters.map(p => p.name)); // prettier-ignore
  const bound = bindBatch(lifted.graph, batch, parameters);
  const masked = maskDropout(bound);
  const logits = bound.outputs.at(-1)!.name;
  const statistics = new Set(parameters.filter(p => p.role === 'statistic').map(p => p.name));
  const learns = (node: Node): boolean => node.opType === 'BatchNormalization' && statistics.has(node.inputs[3] ?? '');

  const b = withLabels(masked.graph, batch, logits, learns);
  const emitted = emitCrossEntropy(b, logits, 'target', 'weight', loss);
  const trained = parameters.filter(p => p.role !== 'statistic');
  const gradients = backpropagate(b, new Map([[logits, emitted.gradient]]), trained.map(p => p.name)); // prettier-ignore
  let updates = trained.map(({ name, group, role }): Update => ({
    name,
    group,
    gradient: gradients.get(name)!,
    decays: role === 'weight',
  }));
  b.output(emitted.loss, logits, emitted.probabilities);
  const outputs: TrainingStep['outputs'] = { loss: emitted.loss, logits, probabilities: emitted.probabilities };
  if (options.optimizer.clipNorm !== undefined) {
    const clipped = clipByGlobalNorm(b, updates, options.optimizer.clipNorm);
    updates = clipped.updates;
    outputs.gradientNorm = clipped.norm;
    b.output(clipped.norm);
  }
  const optimizer = createOptimizer(options.optimizer, loss.l2 ?? 0);
  const state: StateTensor[] = [];
  const byCaller: CallerParameter[] = [];
  for (const update of updates) {
    if (options.byCaller) {
      const { name, group, decays, gradient } = update;
      // Two parameters may have one and the same gradient.
      const output = byCaller.some(p => p.gradient.name === gradient) ? b.add('Identity', [gradient]) : gradient;
      b.output(output);
      byCaller.push({ name, group, decays, gradient: { name: output, dims: b.dims(name) } });
      continue;
    }
    const own = optimizer.update(b, update);
    if (options.optimizer.kind !== 'gradients')
      state.push({ name: update.name, next: `${update.name}_next`, dims: b.dims(update.name), role: 'parameter' });
    state.push(...own);
  }
  const lowered = lowerBatchNorm(b.build('training step'));
  const final = new GraphBuilder(lowered.graph);
  for (const { name, next } of lowered.statistics) {
    state.push({ name, next, dims: final.dims(name), role: 'statistic' });
    final.output(next);
  }
  const graph = prune(final.build());
  const own = new Set(parameters.map(p => p.name));
  const data = bound.inputs.filter(({ name }) => !own.has(name));
  return {
    graph,
    model: () => writeGraph(graph),
    data: data.map(({ name, shape }) => ({ name, dims: shape as number[] })),
    target: { name: 'target', dims: final.dims('target') },
    weight: { name: 'weight', dims: [batch] },
    masks: masked.masks,
    state,
    byCaller,
    ...(isAdam(options.optimizer) && { adam: adamConstants(options.optimizer, loss.l2 ?? 0) }),
    scalars: optimizer.scalars,
    outputs,
    initial: lifted.values,
  };
}

const isAdam = (options: OptimizerOptions): options is AdamOptions =>
  options.kind === 'adam' || options.kind === 'adamw';

/** The forward graph with label inputs in front and its learning BatchNormalization nodes rewritten. */
function withLabels(graph: Graph, batch: number, logits: string, learns: (node: Node) => boolean): GraphBuilder {
  const classes = new GraphBuilder(graph).dim(logits, 1);
  const b = new GraphBuilder({ ...graph, nodes: [], outputs: [] });
  b.reserve(graph.nodes.flatMap(node => node.outputs));
  b.input('target', 'float32', [batch, classes]);
  b.input('weight', 'float32', [batch]);
  if (!graph.nodes.some(learns)) for (const node of graph.nodes) b.append(node);
  else {
    const present = b.add('Cast', [b.add('Greater', ['weight', b.constant(0)])], { to: 1 }, { name: 'present' });
    for (const node of trainBatchNorm(graph, learns, present).nodes) b.append(node);
  }
  return b;
}

function checkOptions({ batch, loss = {}, trainable, parameters, byCaller, optimizer }: TrainingStepOptions): void {
  const { labelSmoothing = 0, l2 = 0 } = loss;
  if (!Number.isInteger(batch) || batch < 1)
    throw new HeadwayError('invalid', `The batch size ${batch} must be 1 or more.`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new HeadwayError('invalid', `The label smoothing ${labelSmoothing} must be at least 0 and below 1.`);
  if (!(l2 >= 0)) throw new HeadwayError('invalid', `The L2 penalty ${l2} must not be negative.`);
  if (byCaller && !isAdam(optimizer))
    throw new HeadwayError('invalid', 'Only the update of Adam can be left to the caller.');
  if (trainable.outputs.length === 0) throw new HeadwayError('invalid', 'The graph to train has no output.');
  if (!parameters.some(p => p.role !== 'statistic')) throw new HeadwayError('invalid', 'There is nothing to train.');
}

/**
 * Forward only: Dropout out, BatchNormalization by running statistics. Outputs the graph's logits and `probabilities`. Parameters
 * stay inputs where they are inputs (bind the current weights), so one session serves all epochs; `bakeParameters` makes them constants.
 */
export function evaluationGraph(trainable: Graph, batch?: number, parameters: readonly Parameter[] = []): Graph {
  const plain = removeDropout(liftParameters(trainable, parameters.map(p => p.name)).graph); // prettier-ignore
  const graph = batch === undefined ? plain : bindBatch(plain, batch, parameters);
  const b = new GraphBuilder(graph);
  const probabilities = b.add('Softmax', [graph.outputs.at(-1)!.name], { axis: -1 }, { outputs: ['probabilities'] });
  return prune(b.output(probabilities).build('evaluation'));
}
