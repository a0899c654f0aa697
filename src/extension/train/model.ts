/** The choices of "Train Head" and what they mean. */
import { DEFAULT_CONFIG, type TrainConfig } from '../../shared/experiment.ts';
import { t } from '../platform/text.ts';

export interface HeadPreset {
  head: string;
  label: string;
  detail: string;
}

/** The first is the default. "Simpler" and "m-simpler" are one dense layer each, of 256 and 64 units. */
export const headPresets = (): HeadPreset[] => [
  { head: '512-64', label: '512-64', detail: t('Two dense layers of 512 and 64 units: a good start') },
  { head: '256', label: t('Simpler (256)'), detail: t('One dense layer of 256 units') },
  { head: '64', label: t('M-simpler (64)'), detail: t('One dense layer of 64 units: for few images') },
  { head: 'probe', label: t('Linear probe'), detail: t('Logistic regression on the features: the fastest') },
];

const MAX_LAYERS = 8;
const MAX_UNITS = 8192;

/** The sentence to show for a layer list such as `512-64`, or undefined when it is good. */
export function validateLayers(text: string): string | undefined {
  if (text === 'none' || text === 'probe') return undefined;
  if (!/^\d+(?:-\d+)*$/.test(text))
    return t('Write the units of each layer with hyphens between, such as 512-64, or none.');
  const units = text.split('-').map(Number);
  if (units.length > MAX_LAYERS) return t('At most {0} layers.', MAX_LAYERS);
  if (units.some(u => u < 1 || u > MAX_UNITS)) return t('A layer has 1 to {0} units.', MAX_UNITS);
  return undefined;
}

/** Settings that the steps can change, with limits. `integer`: only whole numbers. */
export interface NumberSetting {
  key: 'epochs' | 'learningRate' | 'dropout' | 'batch' | 'patience' | 'seed';
  label: string;
  min: number;
  max: number;
  integer: boolean;
  /** What the input says besides the label. */
  help?: string;
}

export const numberSettings = (): NumberSetting[] => [
  { key: 'epochs', label: t('Epochs'), min: 1, max: 10_000, integer: true },
  { key: 'learningRate', label: t('Learning rate'), min: 1e-7, max: 10, integer: false },
  { key: 'dropout', label: t('Dropout'), min: 0, max: 0.9, integer: false },
  { key: 'batch', label: t('Batch size'), min: 1, max: 4096, integer: true },
  {
    key: 'patience',
    label: t('Patience'),
    help: t('epochs without a better validation loss before it stops; 0 turns early stopping off'),
    min: 0,
    max: 10_000,
    integer: true,
  },
  { key: 'seed', label: t('Seed'), min: 0, max: 2 ** 31 - 1, integer: true },
];

export function validateNumber(text: string, s: NumberSetting): string | undefined {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) return t('Write a number from {0} to {1}.', s.min, s.max);
  if (s.integer && !Number.isInteger(value)) return t('Write a whole number from {0} to {1}.', s.min, s.max);
  if (value < s.min || value > s.max) return t('Write a number from {0} to {1}.', s.min, s.max);
  return undefined;
}

/** The settings that apply to the head: a probe has neither epochs nor dropout. */
export const settingsFor = (head: string): NumberSetting[] =>
  numberSettings().filter(s => head !== 'probe' || s.key === 'seed');

/** "100 epochs · batch 32 · learning rate 0.001 · dropout 0.25 · seed 1". */
export function summary(c: TrainConfig): string {
  if (c.head === 'probe') return [t('logistic regression'), t('seed {0}', c.seed)].join(' · ');
  return [
    t('up to {0} epochs', c.epochs),
    t('batch {0}', c.batch),
    t('learning rate {0}', c.learningRate),
    t('dropout {0}', c.dropout),
    t('seed {0}', c.seed),
  ].join(' · ');
}

/** The configuration to start from: an earlier one, else the defaults. `threads` 0 leaves the number to the engine. */
export function startConfig(dataset: string, from: TrainConfig | undefined, threads: number): TrainConfig {
  const config: TrainConfig = from ? { ...from, dataset } : { ...DEFAULT_CONFIG, dataset };
  return threads > 0 ? { ...config, threads } : config;
}
