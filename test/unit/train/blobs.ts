import { createRandom } from '../../../src/engine/train/random.ts';
import { DenseMatrix } from '../../../src/engine/features/matrix.ts';
import type { TrainingData } from '../../../src/engine/train/training.ts';

/** Overlapping Gaussian blobs, one per class: the first `train` rows train, the rest validate. */
export function blobs({
  seed = 1,
  classes = 3,
  width = 8,
  train = 120,
  validation = 60,
  spread = 1,
} = {}): TrainingData {
  const random = createRandom(seed, 'blobs');
  const centres = Array.from({ length: classes * width }, () => random.normal());
  const n = train + validation;
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const features = new Float32Array(n * width);
  for (let i = 0; i < n; i++)
    for (let d = 0; d < width; d++)
      features[i * width + d] = (d + 1) * (centres[labels[i]! * width + d]! + spread * random.normal()) + d;
  return {
    features: new DenseMatrix(features, width),
    dims: [width],
    labels,
    classes,
    train: Int32Array.from({ length: train }, (_, i) => i),
    validation: Int32Array.from({ length: validation }, (_, i) => train + i),
  };
}
