import { HeadwayError } from '../../shared/errors.ts';
import type { TrainConfig } from '../../shared/experiment.ts';
import { parseAugmentations } from '../augment/parse.ts';
import { parseHead } from './headSpec.ts';

/** Throws HeadwayError('invalid') for the first setting that is out of range, in one sentence. */
export function checkConfig(config: TrainConfig): void {
  const head = parseHead(config.head);
  const within = (name: string, value: number, low: number, high: number, whole = false) => {
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value)))
      throw new HeadwayError(
        'invalid',
        `${name} is ${value}; give a ${whole ? 'whole number' : 'number'} from ${low} to ${high}.`,
      );
  };
  within('Epochs', config.epochs, 1, 100_000, true);
  within('Batch size', config.batch, 1, 65_536, true);
  within('Learning rate', config.learningRate, 1e-9, 100);
  within('Backbone rate', config.backboneRate, 0, 1);
  within('Head epochs', config.headEpochs, 0, 100_000, true);
  within('Momentum', config.momentum, 0, 0.9999);
  within('Weight decay', config.weightDecay, 0, 100);
  within('Warm-up', config.warmup, 0, config.epochs);
  within('Dropout', config.dropout, 0, 0.9);
  if (config.l2 !== 'auto') within('L2', config.l2, 0, 1e6);
  within('Label smoothing', config.labelSmoothing, 0, 0.9);
  within('Clip norm', config.clipNorm, 0, 1e9);
  within('Variants', config.variants, 1, 100, true);
  within('Patience', config.patience, 0, 100_000, true);
  within('Min delta', config.minDelta, 0, 1000);
  within('Seed', config.seed, 0, 2 ** 32 - 1, true);
  if (config.subset !== undefined) within('Subset', config.subset, 1, 1e9, true);
  if (config.threads !== undefined) within('Threads', config.threads, 1, 1024, true);
  parseAugmentations(config.augment);
  if (head.kind === 'probe' && config.pooling === 'flatten')
    throw new HeadwayError(
      'invalid',
      'A probe needs a feature vector: take the pooling average, max or both, or a dense head.',
    );
  if (head.kind === 'probe' && config.boundary !== 'pool')
    throw new HeadwayError(
      'invalid',
      `A probe is trained on the frozen backbone (boundary pool); with "${config.boundary}" take the head none, which is the same layer trained by gradient descent.`,
    );
}
