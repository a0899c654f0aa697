import type { TrainConfig } from './experiment.ts';

/** "512-64 on garden", "simpler + last-conv on garden, 500 images". */
export function experimentName({ head, boundary, dataset, subset }: TrainConfig): string {
  const trained = boundary === 'pool' ? head : `${head} + ${boundary}`;
  return `${trained} on ${dataset}${subset === undefined ? '' : `, ${subset} images`}`;
}
