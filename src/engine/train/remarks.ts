/** What a finished run has to say about itself, one sentence each. */
import type { EpochRow, TrainConfig } from '../../shared/experiment.ts';
import type { TrainingData } from './training.ts';

export const noValidation = (data: TrainingData): string[] =>
  data.validation.length > 0
    ? []
    : [
        'There are no validation images, so early stopping looked at the training images; treat the result with caution.',
      ];

/**
 * A run whose training accuracy never left chance has learned nothing; the talk's "MSimpler, no BN: 40 / 35 %" is a milder case.
 * The likely cause comes from the configuration, in the order in which it is worth trying.
 */
export function collapseRemarks(
  history: readonly EpochRow[],
  { labels, train, classes }: TrainingData,
  config: TrainConfig,
): string[] {
  if (history.length < 3) return [];
  const counts = new Array<number>(classes).fill(0);
  for (const row of train) counts[labels[row]!] = counts[labels[row]!]! + 1;
  const shares = counts.filter(n => n > 0).map(n => n / train.length);
  const chance = Math.max(...shares);
  /** Loss of a model that knows only how often each class occurs. */
  const entropy = -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
  const reached = Math.max(...history.map(row => row.trainAccuracy));
  const lowest = Math.min(...history.map(row => row.trainLoss));
  const diverged = history.some(row => !Number.isFinite(row.trainLoss));
  if (!diverged && reached > chance * 1.1 + 0.02 && lowest < 0.97 * entropy) return [];
  const causes = [
    ...(diverged || config.learningRate > 0.003 ? ['a lower learning rate'] : []),
    ...(config.learningRate < 1e-5 ? ['a higher learning rate'] : []),
    ...(config.batchNorm ? [] : ['batch normalisation']),
    ...(config.activation === 'relu' ? ['the activation leaky-relu, whose units cannot die'] : []),
    ...(config.dropout > 0.5 ? ['less dropout'] : []),
  ];
  const what = diverged
    ? 'Training diverged: the loss is no longer a number.'
    : 'Training stayed at chance: nothing was learned.';
  return [causes.length > 0 ? `${what} Try ${causes.join(', or ')}.` : what];
}
