import { HeadwayError } from '../../shared/errors.ts';
import type { TrainConfig } from '../../shared/experiment.ts';
import { configProblems } from '../../shared/trainRules.ts';
import { parseAugmentations } from '../augment/parse.ts';

/** Throws HeadwayError('invalid') for the first setting that is out of range, in one sentence. */
export function checkConfig(config: TrainConfig): void {
  const [first] = configProblems(config);
  if (first) throw new HeadwayError('invalid', first.message);
  parseAugmentations(config.augment);
}
