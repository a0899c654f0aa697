import type { EpochOrder } from './epochOrder.ts';
import type { StepLoop } from './stepLoop.ts';
import type { TrainingData } from './training.ts';

/** Fills the loop's buffers with a batch of the epoch from position `begin`; returns how many real images it holds. */
export function fillBatch(
  loop: StepLoop,
  { features, labels, classes }: TrainingData,
  { images, rows }: EpochOrder,
  begin: number,
): number {
  const batch = loop.weight.length;
  const count = Math.min(batch, images.length - begin);
  const chosen = new Int32Array(batch);
  loop.target.fill(0);
  for (let i = 0; i < batch; i++) {
    // The last batch is filled up with images of weight 0.
    const at = begin + (i % count);
    chosen[i] = rows[at]!;
    loop.target[i * classes + labels[images[at]!]!] = 1;
    loop.weight[i] = i < count ? 1 : 0;
  }
  features.gather(chosen, loop.features);
  return count;
}
