/** What the host of the training form answers in tests. */
import {
  DEFAULT_CONFIG,
  type RateFinding,
  type RunEstimate,
  type TrainConfig,
} from '../../../src/shared/experiment.ts';
import type { PanelState, TrainView } from '../../../src/shared/panelApi.ts';

export const START: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'garden' };

export const formState = (more: Partial<PanelState> = {}): PanelState => ({
  kind: 'train',
  workspace: '/w',
  id: 'form-1',
  config: START,
  ...more,
});

export const VIEW: TrainView = {
  datasets: [
    { name: 'garden', classes: 14, splits: { train: 616, validation: 132, test: 132 } },
    { name: 'produce', classes: 50, splits: { train: 1776, validation: 900, test: 1000 } },
  ],
  presets: [
    { id: '512-64', label: '512-64', detail: 'Two dense layers of 512 and 64 units: a good start' },
    { id: 'simpler', label: 'Simpler', detail: 'One dense layer of 256 units' },
    { id: 'probe', label: 'Linear probe', detail: 'Logistic regression on the features: the fastest' },
    {
      id: 'last-conv',
      label: 'Fine-tune the last convolution',
      detail: 'The backbone’s last convolution layer and one dense layer of 256 units: slower, often better',
    },
  ],
};

export const ESTIMATE: RunEstimate = {
  parameters: 690_964,
  trainImages: 616,
  toCompute: 880,
  cacheBytes: 4_505_600,
  memoryBytes: 21_090_000,
  secondsPerEpoch: 0.124,
  seconds: 21.2,
};

/** As a range test looks: flat, falling, jumping up. */
export function sampleFinding(): RateFinding {
  const points = Array.from({ length: 86 }, (_, i) => {
    const rate = 1e-7 * 1e8 ** (i / 99);
    const x = Math.log10(rate);
    const smoothed = 2.7 - 1.9 / (1 + Math.exp(-2.4 * (x + 3))) + Math.exp(3.2 * (x + 0.35));
    return { rate, smoothed, loss: smoothed + 0.22 * Math.sin(i * 1.7) + (i > 80 ? (i - 80) * 1.5 : 0) };
  });
  return { points, suggestion: 0.00123 };
}
