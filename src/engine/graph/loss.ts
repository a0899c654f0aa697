import type { GraphBuilder } from './builder.ts';
import { reduce, reduceSum } from './rules/shapesOf.ts';

export interface LossOptions {
  /** Share of the target spread evenly over all classes (Szegedy 2016), 0 to < 1. */
  labelSmoothing?: number;
  /** A weight per class; a sample counts by its target's. */
  classWeights?: readonly number[];
  /** Adds ½·l2·Σ‖w‖² over weights (not biases) to what is minimised, not to the loss reported. */
  l2?: number;
}

export interface EmittedLoss {
  /** Scalar: Σ wᵢ·ceᵢ / Σ wᵢ, nats. */
  loss: string;
  /** Softmax of the logits [N, K]. */
  probabilities: string;
  /** Gradient of the loss with respect to the logits [N, K]. */
  gradient: string;
}

/**
 * Softmax cross-entropy of logits [N, K] against targets [N, K] (each row sums to 1) with weights [N], at least one of them
 * positive. The maximum is taken off first, so no logits overflow; LogSoftmax is avoided because the WebGPU provider lacks it.
 * As PyTorch's cross_entropy with mean reduction; with class weights a sample's weight is multiplied by Σₖ cₖ·yₖ.
 */
export function emitCrossEntropy(
  b: GraphBuilder,
  logits: string,
  target: string,
  weight: string,
  options: LossOptions,
): EmittedLoss {
  const classes = b.dim(logits, 1) as number;
  const { labelSmoothing: smoothing = 0, classWeights } = options;
  let column = b.add('Reshape', [weight, b.ints([-1, 1])]);
  if (classWeights) {
    const perSample = b.add('MatMul', [target, b.constant(classWeights, [classes, 1])]);
    column = b.add('Mul', [column, perSample]);
  }
  const share = b.add('Div', [column, b.add('ReduceSum', [column], { keepdims: 0 })]);
  let wanted = target;
  if (smoothing > 0) {
    const kept = b.add('Mul', [target, b.constant(1 - smoothing)]);
    wanted = b.add('Add', [kept, b.constant(smoothing / classes)]);
  }
  const centred = b.add('Sub', [logits, reduce(b, 'Max', logits, [1])]);
  const exponentials = b.add('Exp', [centred]);
  const sum = reduceSum(b, exponentials, [1]);
  const probabilities = b.add('Div', [exponentials, sum], {}, { outputs: ['probabilities'] });
  const logs = b.add('Sub', [centred, b.add('Log', [sum])]);
  const weighted = b.add('Mul', [b.add('Mul', [wanted, share]), logs]);
  const total = b.add('ReduceSum', [weighted], { keepdims: 0 });
  const loss = b.add('Neg', [total], {}, { outputs: ['loss'] });
  const gradient = b.add('Mul', [b.add('Sub', [probabilities, wanted]), share]);
  return { loss, probabilities, gradient };
}
