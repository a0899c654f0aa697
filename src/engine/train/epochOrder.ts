/** Which images an epoch shows, in which order and in which version. Seeded per epoch, so that a resumed run repeats it. */
import type { TrainConfig } from '../../shared/experiment.ts';
import { createRandom } from './random.ts';
import type { TrainingData } from './training.ts';

export interface EpochOrder {
  /** Image numbers. */
  images: Int32Array;
  /** Rows of the feature matrix: the image itself or one of its variants. */
  rows: Int32Array;
}

export function epochOrder(
  data: TrainingData,
  { seed, sampling }: Pick<TrainConfig, 'seed' | 'sampling'>,
  epoch: number,
): EpochOrder {
  const random = createRandom(seed, `order/${epoch}`);
  const images = sampling === 'balanced' ? drawBalanced(data, random) : random.shuffle(data.train.slice());
  const { variantsOf } = data;
  const rows = variantsOf
    ? images.map(image => {
        const variants = variantsOf(image);
        const choice = random.int(variants.length + 1);
        return choice === 0 ? image : variants[choice - 1]!;
      })
    : images;
  return { images, rows };
}

/** As many images as there are, with replacement: first a class, then one of its images. */
function drawBalanced({ train, labels }: TrainingData, random: ReturnType<typeof createRandom>): Int32Array {
  const byClass = new Map<number, number[]>();
  for (const image of train) {
    const label = labels[image]!;
    byClass.set(label, [...(byClass.get(label) ?? []), image]);
  }
  const classes = [...byClass.values()];
  return train.map(() => {
    const members = classes[random.int(classes.length)]!;
    return members[random.int(members.length)]!;
  });
}

/** n / (K · nₖ) per class, as scikit-learn's "balanced"; 1 for a class without training images. */
export function balancedWeights({ train, labels, classes }: TrainingData): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const image of train) counts[labels[image]!] = counts[labels[image]!]! + 1;
  const present = counts.filter(n => n > 0).length;
  return counts.map(n => (n > 0 ? train.length / (present * n) : 1));
}
