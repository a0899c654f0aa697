/** Small summaries as the engine gives them, for view models. */
import type { DatasetSummary } from '../../../src/shared/dataset.ts';
import {
  DEFAULT_CONFIG,
  type ExperimentFile,
  type ExperimentSummary,
  type SplitMetrics,
} from '../../../src/shared/experiment.ts';

export const dataset = (more: Partial<DatasetSummary> = {}): DatasetSummary => ({
  name: 'garden',
  source: 'pictures',
  layout: 'folders',
  images: 12,
  splits: { train: 8, validation: 2, test: 2 },
  classes: [
    { name: 'apple', counts: { train: 5, validation: 1, test: 1 } },
    { name: 'pear', counts: { train: 3, validation: 1, test: 1 } },
  ],
  problems: [],
  split: { kind: 'ratio', ratio: [0.7, 0.15, 0.15], seed: 1, groupBy: 'none' },
  dataHash: 'ab',
  ...more,
});

export const metrics = (value: number): SplitMetrics => ({
  accuracy: { value, n: 100, low: value - 0.06, high: value + 0.04 },
  top5: 1,
  macroF1: value,
  logLoss: 0.3,
});

export const experiment = (
  file: Partial<ExperimentFile>,
  more: Partial<Omit<ExperimentSummary, 'file'>> = {},
): ExperimentSummary => ({
  file: {
    schema: 1,
    id: 'a1',
    name: '512-64 on garden',
    config: { ...DEFAULT_CONFIG, dataset: 'garden' },
    status: 'done',
    created: '2026-01-01T10:00:00.000Z',
    ...file,
  },
  metrics: {},
  ...more,
});
