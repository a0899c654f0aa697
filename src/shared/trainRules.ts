/** What a training configuration may hold: the same rules for the engine, the command line and the form. */
import { messageOf } from './errors.ts';
import type { TrainConfig } from './experiment.ts';
import { parseHead } from './head.ts';

export interface Limits {
  name: string;
  low: number;
  high: number;
  whole?: true;
}

/** Limits of the settings that are numbers. */
export const LIMITS = {
  epochs: { name: 'Epochs', low: 1, high: 100_000, whole: true },
  batch: { name: 'Batch size', low: 1, high: 65_536, whole: true },
  learningRate: { name: 'Learning rate', low: 1e-9, high: 100 },
  backboneRate: { name: 'Backbone rate', low: 0, high: 1 },
  headEpochs: { name: 'Head epochs', low: 0, high: 100_000, whole: true },
  momentum: { name: 'Momentum', low: 0, high: 0.9999 },
  weightDecay: { name: 'Weight decay', low: 0, high: 100 },
  warmup: { name: 'Warm-up', low: 0, high: 100_000 },
  dropout: { name: 'Dropout', low: 0, high: 0.9 },
  l2: { name: 'L2', low: 0, high: 1e6 },
  labelSmoothing: { name: 'Label smoothing', low: 0, high: 0.9 },
  clipNorm: { name: 'Clip norm', low: 0, high: 1e9 },
  variants: { name: 'Variants', low: 1, high: 100, whole: true },
  patience: { name: 'Patience', low: 0, high: 100_000, whole: true },
  minDelta: { name: 'Min delta', low: 0, high: 1000 },
  seed: { name: 'Seed', low: 0, high: 2 ** 32 - 1, whole: true },
  subset: { name: 'Subset', low: 1, high: 1e9, whole: true },
  threads: { name: 'Threads', low: 1, high: 1024, whole: true },
} as const satisfies Partial<Record<keyof TrainConfig, Limits>>;

export type NumberKey = keyof typeof LIMITS;

const isNumberKey = (key: keyof TrainConfig): key is NumberKey => key in LIMITS;
export const NUMBER_KEYS: readonly NumberKey[] = (Object.keys(LIMITS) as (keyof TrainConfig)[]).filter(isNumberKey);

/** `pool`, `last-conv`, `conv:K` or `percent:X`. How many convolutions there are only the backbone knows. */
const isBoundary = (text: string): boolean => {
  if (text === 'pool' || text === 'last-conv') return true;
  const [, kind, number] = /^(conv|percent):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const value = Number(number);
  return kind === 'conv' ? Number.isInteger(value) && value >= 1 : value > 0 && value <= 100;
};

export interface ConfigProblem {
  key: keyof TrainConfig;
  /** One sentence. */
  message: string;
}

/** Everything that is out of range or contradicts another setting, in the order of the settings. Names and words are not looked at. */
export function configProblems(config: TrainConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  let probe = false;
  try {
    probe = parseHead(config.head).kind === 'probe';
  } catch (error) {
    problems.push({ key: 'head', message: messageOf(error) });
  }
  if (!isBoundary(config.boundary))
    problems.push({
      key: 'boundary',
      message: `"${config.boundary}" is not a boundary: give pool, last-conv, conv:3 or percent:10.`,
    });
  for (const key of NUMBER_KEYS) {
    const value = config[key];
    if (value === undefined || value === 'auto') continue;
    const limits: Limits = LIMITS[key];
    const high = key === 'warmup' ? config.epochs : limits.high;
    if (!(value >= limits.low && value <= high) || (limits.whole && !Number.isInteger(value)))
      problems.push({ key, message: outside(limits.name, value, limits, high) });
  }
  if (probe && config.pooling === 'flatten')
    problems.push({
      key: 'pooling',
      message: 'A probe needs a feature vector: take the pooling average, max or both, or a dense head.',
    });
  if (probe && config.boundary !== 'pool')
    problems.push({
      key: 'boundary',
      message: `A probe is trained on the frozen backbone (boundary pool); with "${config.boundary}" take the head none, which is the same layer trained by gradient descent.`,
    });
  return problems;
}

const outside = (name: string, value: number, { low, whole }: Limits, high: number): string =>
  `${name} is ${value}; give a ${whole ? 'whole number' : 'number'} from ${low} to ${high}.`;
