/** The choices of "Train Head" and what they mean. */
import { DEFAULT_CONFIG, type TrainConfig } from '../../shared/experiment.ts';
import type { TrainPreset } from '../../shared/panelApi.ts';
import { PRESET_IDS, type PresetId } from '../../shared/trainPresets.ts';
import { LIMITS, type Limits } from '../../shared/trainRules.ts';
import { t } from '../platform/text.ts';

/** The presets in the order of TRAIN_PRESETS, the default first. */
export const trainPresets = (): TrainPreset[] => PRESET_IDS.map(id => ({ id, ...presetText(id) }));

/** The sizes are said here, because the reference talk gives none for "Simpler" and "MSimpler". */
function presetText(id: PresetId): { label: string; detail: string } {
  switch (id) {
    case '512-64':
      return { label: '512-64', detail: t('Two dense layers of 512 and 64 units: a good start') };
    case 'simpler':
      return { label: t('Simpler'), detail: t('One dense layer of 256 units') };
    case 'm-simpler':
      return { label: t('M-simpler'), detail: t('One dense layer of 64 units: for few images') };
    case 'm-simpler-bn':
      return {
        label: t('M-simpler with batch norm'),
        detail: t('One dense layer of 64 units with batch normalisation'),
      };
    case 'probe':
      return { label: t('Linear probe'), detail: t('Logistic regression on the features: the fastest') };
    case 'fastai':
      return {
        label: t('fastai'),
        detail: t('One dense layer of 512 units with batch norm; average and max pooling'),
      };
    case 'last-conv':
      return {
        label: t('Fine-tune the last convolution'),
        detail: t('The last convolution layer and the logits, on augmented images: slower, often better'),
      };
    case 'percent-10':
      return {
        label: t('Fine-tune 10 %'),
        detail: t('The last layers, 10 % of the parameters, and the logits, on augmented images'),
      };
  }
}

/** Settings that the steps can change. */
export interface NumberSetting {
  key: 'epochs' | 'learningRate' | 'dropout' | 'batch' | 'patience' | 'seed';
  label: string;
  /** What the input says besides the label. */
  help?: string;
}

export const numberSettings = (): NumberSetting[] => [
  { key: 'epochs', label: t('Epochs') },
  { key: 'learningRate', label: t('Learning rate') },
  { key: 'dropout', label: t('Dropout') },
  { key: 'batch', label: t('Batch size') },
  {
    key: 'patience',
    label: t('Patience'),
    help: t('epochs without a better validation loss before it stops; 0 turns early stopping off'),
  },
  { key: 'seed', label: t('Seed') },
];

export function validateNumber(text: string, { key }: Pick<NumberSetting, 'key'>): string | undefined {
  const { low, high, whole }: Limits = LIMITS[key];
  const value = Number(text);
  if (text !== '' && value >= low && value <= high && (!whole || Number.isInteger(value))) return undefined;
  return whole
    ? t('Write a whole number from {0} to {1}.', low, high)
    : t('Write a number from {0} to {1}.', low, high);
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

/** The defaults on a data set. `threads` 0 leaves the number to the engine. */
export const startConfig = (dataset: string, threads: number): TrainConfig => ({
  ...DEFAULT_CONFIG,
  dataset,
  ...(threads > 0 && { threads }),
});
