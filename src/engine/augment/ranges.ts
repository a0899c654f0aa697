import type { Random } from '../train/random.ts';

/** Lowest and highest value. */
export type Range = readonly [low: number, high: number];

/** Uniform in the range. */
export function uniform(random: Random, [low, high]: Range): number {
  return low + (high - low) * random.next();
}

/** The logarithm is uniform, so that x and 1/x are as likely. The range is above 0. */
export function logUniform(random: Random, [low, high]: Range): number {
  return Math.exp(uniform(random, [Math.log(low), Math.log(high)]));
}
