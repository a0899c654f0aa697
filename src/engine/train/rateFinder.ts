/**
 * Learning-rate range test (Smith 2017): the rate rises exponentially over a hundred steps while the loss is watched.
 * The suggestion is the "valley" of fastai: the middle of the longest decreasing run of the smoothed loss.
 */
import type { RateFinding, RatePoint, TrainConfig } from '../../shared/experiment.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { epochOrder } from './epochOrder.ts';
import { buildStep } from './gradientTrainer.ts';
import { fillBatch } from './batch.ts';
import { createRandom } from './random.ts';
import { StepLoop } from './stepLoop.ts';
import { groupRates, groupsIn, type Trainable } from './trainable.ts';
import type { TrainingData } from './training.ts';

const LOWEST = 1e-7;
const HIGHEST = 10;
const STEPS = 100;
/** Of the exponential average of the loss. */
const SMOOTHING = 0.98;
/** The test ends when the smoothed loss is so many times the best. */
const DIVERGED = 4;

export async function findLearningRate(
  trainable: Trainable,
  data: TrainingData,
  config: TrainConfig,
  { runtime, signal, onStep }: { runtime: Runtime; signal: AbortSignal; onStep: (done: number, total: number) => void },
): Promise<RateFinding> {
  const batch = Math.min(config.batch, data.train.length);
  const step = buildStep(trainable, data, config, batch);
  await using loop = await StepLoop.open(runtime, step, { start: trainable.start, groups: groupsIn(trainable) }, {});
  const random = createRandom(config.seed, 'rate finder');
  const points: RatePoint[] = [];
  let average = 0;
  let order = epochOrder(data, config, 0);
  let begin = 0;
  for (let i = 0; i < STEPS; i++) {
    throwIfAborted(signal);
    if (begin >= order.images.length) {
      order = epochOrder(data, config, i);
      begin = 0;
    }
    const rate = LOWEST * (HIGHEST / LOWEST) ** (i / (STEPS - 1));
    fillBatch(loop, data, order, begin);
    begin += batch;
    const loss = await loop.step(groupRates(loop.groups, rate, config.backboneRate), random);
    average = SMOOTHING * average + (1 - SMOOTHING) * loss;
    const smoothed = average / (1 - SMOOTHING ** (i + 1));
    if (!Number.isFinite(loss)) break;
    points.push({ rate, loss, smoothed });
    onStep(i + 1, STEPS);
    if (smoothed > DIVERGED * Math.min(...points.map(p => p.smoothed))) break;
  }
  return { points, suggestion: valley(points) };
}

/** The rate in the middle of the longest decreasing subsequence of the smoothed loss; undefined when the loss never fell. */
export function valley(points: readonly RatePoint[]): number | undefined {
  const length = points.map(() => 1);
  let end = 0;
  points.forEach(({ smoothed }, i) => {
    for (let j = 0; j < i; j++)
      if (smoothed < points[j]!.smoothed && length[i]! < length[j]! + 1) length[i] = length[j]! + 1;
    if (length[i]! > length[end]!) end = i;
  });
  if (points.length === 0 || length[end] === 1) return undefined;
  const start = Math.max(0, end - length[end]!);
  return points[start + Math.floor((end - start) / 2)]!.rate;
}
