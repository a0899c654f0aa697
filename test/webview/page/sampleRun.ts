/** A made-up run with its predictions, evaluated by the engine's own functions. Runs in the test page and in Node. */
import { reportSplit } from '../../../src/engine/evaluate/metrics.ts';
import type { PredictionTable } from '../../../src/engine/experiments/predictionsFile.ts';
import { SPLITS, type Split } from '../../../src/shared/dataset.ts';
import {
  DEFAULT_CONFIG,
  type EpochRow,
  type ExperimentDetail,
  type ExperimentFile,
} from '../../../src/shared/experiment.ts';

export const CLASSES = [
  'Apple-Braeburn',
  'Apple-Granny-Smith',
  'Banana',
  'Carrot',
  'Cherry',
  'Eggplant',
  'Grape',
  'Kiwi',
  'Lemon',
  'Mushroom',
  'Peach',
  'Pear',
  'Pineapple',
  'Pumpkin',
  'Strawberry',
  'Tangerine',
  'Tomato',
  'Watermelon',
];

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function samplePredictions(sizes: Record<Split, number>, seed = 7): PredictionTable {
  const next = random(seed);
  const n = SPLITS.reduce((sum, split) => sum + sizes[split], 0);
  const width = CLASSES.length;
  const labels = new Int32Array(n);
  const probabilities = new Float32Array(n * width);
  const paths: string[] = [];
  const splits: Split[] = [];
  for (const split of SPLITS)
    for (let i = 0; i < sizes[split]; i++) {
      const row = paths.length;
      // Some classes are rare and some are hard, as in life.
      const label = Math.floor(next() ** 1.3 * width);
      const wrong = next() < (split === 'train' ? 0.03 : 0.05 + 0.12 * ((label * 7) % 5) * 0.5);
      const predicted = wrong ? (label + (next() < 0.7 ? 1 : 1 + Math.floor(next() * (width - 1)))) % width : label;
      const p = 0.45 + 0.549 * next() ** (wrong ? 1.5 : 0.3);
      const second = predicted === label ? (label + 1 + Math.floor(next() * (width - 1))) % width : label;
      const pSecond = (1 - p) * (0.3 + 0.6 * next());
      probabilities.fill((1 - p - pSecond) / (width - 2), row * width, (row + 1) * width);
      probabilities[row * width + predicted] = p;
      probabilities[row * width + second] = pSecond;
      labels[row] = label;
      splits.push(split);
      paths.push(`${split}/${CLASSES[label]!}/IMG_${String(1000 + row)}.jpg`);
    }
  return { classes: CLASSES, paths, splits, labels, probabilities };
}

export function sampleHistory(epochs: number): EpochRow[] {
  const next = random(3);
  return Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    trainLoss: 0.08 + 2.6 * Math.exp(-i / 4) + 0.03 * next(),
    trainAccuracy: Math.min(1, 0.985 - 0.8 * Math.exp(-i / 3.5) + 0.01 * next()),
    validationLoss: 0.36 + 2.3 * Math.exp(-i / 3.6) + 0.0035 * Math.max(0, i - 12) + 0.03 * next(),
    validationAccuracy: Math.min(1, 0.89 - 0.7 * Math.exp(-i / 3) + 0.015 * next()),
    learningRate: 0.001,
    seconds: 0.12,
  }));
}

export const BASE_FILE: ExperimentFile = {
  schema: 1,
  id: '20260301-101500-garden-512-64',
  name: 'garden 512-64',
  config: { ...DEFAULT_CONFIG, dataset: 'garden' },
  status: 'done',
  created: '2026-03-01T10:15:00.000Z',
  started: '2026-03-01T10:15:01.000Z',
  ended: '2026-03-01T10:15:21.000Z',
  dataHash: 'f3a1c2'.padEnd(64, '0'),
  classes: CLASSES,
  engine: {
    headway: '0.1.0',
    runtime: 'ONNX Runtime 1.30.0 (native)',
    device: 'CPU, 2 threads',
    backboneSha256: '0'.repeat(64),
  },
  seconds: { features: 11.6, train: 3.42 },
  bestEpoch: 18,
  parameters: 690_964,
};

/** The finished run over these predictions. */
export function sampleDetail(table: PredictionTable): ExperimentDetail {
  const reports = SPLITS.flatMap(split => {
    const rows = table.splits.flatMap((s, i) => (s === split ? [i] : []));
    if (rows.length === 0) return [];
    const width = table.classes.length;
    const probabilities = new Float32Array(rows.length * width);
    rows.forEach((row, i) =>
      probabilities.set(table.probabilities.subarray(row * width, (row + 1) * width), i * width),
    );
    const labels = Int32Array.from(rows, row => table.labels[row]!);
    return [reportSplit(split, { labels, probabilities, classes: width }, table.classes)];
  });
  const history = sampleHistory(28);
  return {
    file: BASE_FILE,
    metrics: Object.fromEntries(reports.map(report => [report.split, report.metrics])),
    lastEpoch: history[history.length - 1]!,
    history,
    reports,
    imageRoot: '/data/garden',
  };
}
