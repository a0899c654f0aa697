import type { Infer } from './context.ts';

/**
 * `headway.BatchNormalizationTraining` (x, scale, bias, present, running mean, running variance) → (y, mean, variance, normalised, inverse deviation): batch
 * statistics over all axes but the channel. It exists only between differentiation and lowering, never in a file.
 */
const batchNormalizationTraining: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const statistics = { type: input.type, shape: input.shape.map((dim, i) => (i === 1 ? dim : 1)) };
  return [input, statistics, statistics, input, statistics];
};

export const trainingOperators: Readonly<Record<string, Infer>> = {
  BatchNormalizationTraining: batchNormalizationTraining,
};
