/** Starting points for training: what each changes of the defaults. */
import { DEFAULT_CONFIG, type TrainConfig } from './experiment.ts';

/**
 * What beat the frozen probe by five points on real photographs (docs/results.md): the logits alone on the retrained layer, mild augmentation, and
 * the epoch chosen by accuracy, because label smoothing makes the loss a poor guide.
 */
const FINE_TUNING = {
  head: 'none',
  augment: ['RandomResizedCrop', 'RandomHorizontalFlip'],
  epochs: 30,
  learningRate: 0.003,
  backboneRate: 0.3,
  optimizer: 'adamw',
  weightDecay: 0.01,
  schedule: 'cosine',
  labelSmoothing: 0.1,
  monitor: 'accuracy',
  patience: 0,
} satisfies Partial<TrainConfig>;

export const TRAIN_PRESETS = {
  '512-64': { head: '512-64' },
  simpler: { head: 'simpler' },
  'm-simpler': { head: 'm-simpler' },
  'm-simpler-bn': { head: 'm-simpler-bn' },
  probe: { head: 'probe' },
  fastai: { head: 'fastai', pooling: 'both' },
  'last-conv': { ...FINE_TUNING, boundary: 'last-conv' },
  'percent-10': { ...FINE_TUNING, boundary: 'percent:10' },
} satisfies Record<string, Partial<TrainConfig>>;

export type PresetId = keyof typeof TRAIN_PRESETS;
export const PRESET_IDS = Object.keys(TRAIN_PRESETS) as PresetId[];

/** The preset's configuration on the data, seed, device and number of threads of `base`. */
export function presetConfig(id: PresetId, base: TrainConfig): TrainConfig {
  const { dataset, backbone, seed, subset, device, threads } = base;
  return {
    ...DEFAULT_CONFIG,
    ...TRAIN_PRESETS[id],
    dataset,
    backbone,
    seed,
    device,
    ...(subset !== undefined && { subset }),
    ...(threads !== undefined && { threads }),
  };
}

/** The preset with this head on this boundary, whatever else was changed. */
export const presetOf = ({ head, boundary }: Pick<TrainConfig, 'head' | 'boundary'>): PresetId | undefined =>
  PRESET_IDS.find(id => {
    const preset: Partial<TrainConfig> = TRAIN_PRESETS[id];
    return preset.head === head && (preset.boundary ?? DEFAULT_CONFIG.boundary) === boundary;
  });
