/** The form's fields: names, help, and when each has a meaning. Pure. */
import type { TrainConfig } from '../../shared/experiment.ts';
import { parseHead, type HeadSpec } from '../../shared/head.ts';
import type { NumberKey } from '../../shared/trainRules.ts';
import type { SelectOption } from '../components/select.tsx';

export const SECTIONS = [
  { id: 'model', title: 'Model' },
  { id: 'optimisation', title: 'Optimisation' },
  { id: 'regularisation', title: 'Regularisation' },
  { id: 'data', title: 'Data and augmentation' },
  { id: 'run', title: 'Run' },
] as const;
export type SectionId = (typeof SECTIONS)[number]['id'];

interface Common<K extends keyof TrainConfig> {
  key: K;
  section: SectionId;
  label: string;
  /** One or two sentences. */
  help: string | ((config: TrainConfig) => string);
  /** Absent: always. */
  shown?: (config: TrainConfig) => boolean;
}

export interface NumberField extends Common<NumberKey> {
  kind: 'number';
  unit?: string;
  placeholder?: (config: TrainConfig) => string;
}

type ChoiceKey = 'activation' | 'monitor' | 'pooling' | 'optimizer' | 'schedule' | 'device';
export interface ChoiceField extends Common<ChoiceKey> {
  kind: 'choice';
  options: readonly SelectOption<string>[];
}

export interface SwitchField extends Common<'batchNorm' | 'classWeights' | 'sampling' | 'testTimeAugmentation'> {
  kind: 'switch';
  /** Values when off and on. */
  values: readonly [TrainConfig[keyof TrainConfig], TrainConfig[keyof TrainConfig]];
  /** Behind the box. */
  text: string;
}

export interface OwnField extends Common<'boundary' | 'head' | 'backbone' | 'learningRate' | 'augment'> {
  kind: 'own';
}

export type Field = NumberField | ChoiceField | SwitchField | OwnField;

const specOf = ({ head }: TrainConfig): HeadSpec | undefined => {
  try {
    return parseHead(head);
  } catch {
    // Half written: the field itself says what is wrong.
    return undefined;
  }
};

export const isProbe = (config: TrainConfig): boolean => config.head === 'probe';
const isFineTuned = ({ boundary }: TrainConfig): boolean => boundary !== 'pool';
/** Has hidden layers whose kind can be chosen: fastai's are fixed. */
const hasOwnLayers = (config: TrainConfig): boolean => {
  const spec = specOf(config);
  return spec === undefined || (spec.kind === 'dense' && spec.layers.length > 0);
};
const hasBatchNorm = (config: TrainConfig): boolean => {
  const spec = specOf(config);
  return spec?.kind === 'dense' && spec.batchNorm === true;
};
const byGradient = (config: TrainConfig): boolean => !isProbe(config);

export const FIELDS: readonly Field[] = [
  {
    kind: 'own',
    key: 'head',
    section: 'model',
    label: 'Head',
    help: 'The layers that turn features into classes.',
  },
  {
    kind: 'own',
    key: 'boundary',
    section: 'model',
    label: 'Trained part',
    help: config =>
      isFineTuned(config)
        ? 'The backbone’s last layers are trained with the head. The feature maps before them are computed once and kept; they are large.'
        : 'The backbone is frozen: its features are computed once and kept. Training takes seconds.',
  },
  {
    kind: 'choice',
    key: 'activation',
    section: 'model',
    label: 'Activation',
    help: 'After each hidden layer.',
    shown: hasOwnLayers,
    options: [
      { value: 'relu', label: 'ReLU' },
      { value: 'leaky-relu', label: 'Leaky ReLU' },
      { value: 'hard-swish', label: 'Hard swish' },
      { value: 'tanh', label: 'Tanh' },
      { value: 'sigmoid', label: 'Sigmoid' },
    ],
  },
  {
    kind: 'switch',
    key: 'batchNorm',
    section: 'model',
    label: 'Batch normalisation',
    text: 'In the hidden layers',
    help: 'Keeps activations in range. Helps when training stays at chance.',
    shown: config => hasOwnLayers(config) && !hasBatchNorm(config),
    values: [false, true],
  },
  {
    kind: 'choice',
    key: 'pooling',
    section: 'model',
    label: 'Pooling',
    help: 'How the last feature map becomes a vector. Flatten keeps the places, and makes the head many times larger.',
    options: [
      { value: 'average', label: 'Average' },
      { value: 'max', label: 'Maximum' },
      { value: 'both', label: 'Average and maximum' },
      { value: 'flatten', label: 'Flatten' },
    ],
  },
  {
    kind: 'own',
    key: 'backbone',
    section: 'model',
    label: 'Backbone',
    help: 'The network that describes each image, trained on ImageNet.',
  },
  {
    kind: 'own',
    key: 'learningRate',
    section: 'optimisation',
    label: 'Learning rate',
    help: 'Size of the steps. Too large: the loss jumps or stays at chance; too small: it hardly falls.',
    shown: byGradient,
  },
  {
    kind: 'number',
    key: 'backboneRate',
    section: 'optimisation',
    label: 'Backbone’s share of it',
    help: 'The backbone’s layers take smaller steps than the head, from 0 to 1 times the learning rate.',
    shown: config => byGradient(config) && isFineTuned(config),
  },
  {
    kind: 'number',
    key: 'headEpochs',
    section: 'optimisation',
    label: 'Head alone first',
    unit: 'epochs',
    help: 'Before the backbone’s layers join, so that an untrained head does not spoil them.',
    shown: config => byGradient(config) && isFineTuned(config),
  },
  {
    kind: 'choice',
    key: 'schedule',
    section: 'optimisation',
    label: 'Schedule',
    help: 'How the learning rate changes over the run.',
    shown: byGradient,
    options: [
      { value: 'constant', label: 'Constant' },
      { value: 'cosine', label: 'Cosine', description: 'Falls to 0 along half a cosine' },
      { value: 'one-cycle', label: 'One cycle', description: 'Rises for 30 % of the run, then falls' },
      { value: 'plateau', label: 'On plateau', description: 'A tenth whenever the validation loss stands still' },
    ],
  },
  {
    kind: 'number',
    key: 'warmup',
    section: 'optimisation',
    label: 'Warm-up',
    unit: 'epochs',
    help: 'Over which the learning rate rises from 0.',
    shown: config => byGradient(config) && config.schedule !== 'one-cycle',
  },
  {
    kind: 'choice',
    key: 'optimizer',
    section: 'optimisation',
    label: 'Optimizer',
    help: 'Adam suits most heads; AdamW adds weight decay.',
    shown: byGradient,
    options: [
      { value: 'adam', label: 'Adam' },
      { value: 'adamw', label: 'AdamW' },
      { value: 'sgd', label: 'SGD with Nesterov momentum' },
    ],
  },
  {
    kind: 'number',
    key: 'momentum',
    section: 'optimisation',
    label: 'Momentum',
    help: 'Share of the last step that goes on, from 0 to below 1.',
    shown: config => byGradient(config) && config.optimizer === 'sgd',
  },
  {
    kind: 'number',
    key: 'batch',
    section: 'optimisation',
    label: 'Batch size',
    unit: 'images',
    help: 'Images per step.',
    shown: byGradient,
  },
  {
    kind: 'number',
    key: 'epochs',
    section: 'optimisation',
    label: 'Most epochs',
    unit: 'epochs',
    help: 'How often all training images are seen; early stopping may end it sooner.',
    shown: byGradient,
  },
  {
    kind: 'choice',
    key: 'monitor',
    section: 'optimisation',
    label: 'Best epoch by',
    help: 'Measured on the validation images; the best epoch’s weights are kept. Accuracy guides better with label smoothing, and is noisier with few images.',
    shown: byGradient,
    options: [
      { value: 'loss', label: 'Loss' },
      { value: 'accuracy', label: 'Accuracy' },
    ],
  },
  {
    kind: 'number',
    key: 'patience',
    section: 'optimisation',
    label: 'Patience',
    unit: 'epochs',
    help: 'Stops after so many epochs without a better one. 0 turns early stopping off.',
    shown: byGradient,
  },
  {
    kind: 'number',
    key: 'minDelta',
    section: 'optimisation',
    label: 'Smallest gain',
    help: 'By how much the validation loss must fall to count as better.',
    shown: config => byGradient(config) && config.monitor === 'loss',
  },
  {
    kind: 'number',
    key: 'clipNorm',
    section: 'optimisation',
    label: 'Gradient clipping',
    help: 'Largest norm of all gradients together. 0: no clipping.',
    shown: byGradient,
  },
  {
    kind: 'number',
    key: 'dropout',
    section: 'regularisation',
    label: 'Dropout',
    help: 'Share of units dropped after each hidden layer, from 0 to 0.9.',
    shown: hasOwnLayers,
  },
  {
    kind: 'number',
    key: 'l2',
    section: 'regularisation',
    label: 'L2 penalty',
    help: config =>
      isProbe(config)
        ? 'On the weights. Empty: several are tried, and the validation images choose.'
        : 'On the weights, added to the loss. Empty or 0: none.',
    placeholder: config => (isProbe(config) ? 'chosen on validation' : '0'),
  },
  {
    kind: 'number',
    key: 'weightDecay',
    section: 'regularisation',
    label: 'Weight decay',
    help: 'Each step shrinks the weights by so much, times the learning rate.',
    shown: config => byGradient(config) && config.optimizer !== 'adam',
  },
  {
    kind: 'number',
    key: 'labelSmoothing',
    section: 'regularisation',
    label: 'Label smoothing',
    help: 'Share of the target that is spread over all classes, from 0 to 0.9. Helps where labels may be wrong.',
    shown: byGradient,
  },
  {
    kind: 'own',
    key: 'augment',
    section: 'data',
    label: 'Augmentation',
    help: 'Random changes of the training images. The features of each variant are computed once.',
  },
  {
    kind: 'number',
    key: 'variants',
    section: 'data',
    label: 'Variants',
    unit: 'per image',
    help: 'Each epoch sees one version of each image.',
    shown: config => config.augment.length > 0,
  },
  {
    kind: 'switch',
    key: 'testTimeAugmentation',
    section: 'data',
    label: 'Test-time augmentation',
    text: 'Average over the variants of held-out images',
    help: 'Often a little better, and as many times slower.',
    shown: config => config.augment.length > 0,
    values: [false, true],
  },
  {
    kind: 'switch',
    key: 'classWeights',
    section: 'data',
    label: 'Class weights',
    text: 'Rare classes count more',
    help: 'In inverse proportion to their number of training images.',
    values: ['none', 'balanced'],
  },
  {
    kind: 'switch',
    key: 'sampling',
    section: 'data',
    label: 'Balanced sampling',
    text: 'Every epoch draws each class equally often',
    help: 'Another way to treat rare classes; images of large classes are left out, those of small ones repeat.',
    shown: byGradient,
    values: ['shuffle', 'balanced'],
  },
  {
    kind: 'number',
    key: 'subset',
    section: 'data',
    label: 'Subset',
    unit: 'images',
    help: 'Trains on so many training images, each class in proportion. Empty: all.',
    placeholder: () => 'all',
  },
  {
    kind: 'number',
    key: 'seed',
    section: 'run',
    label: 'Seed',
    help: 'The same seed, data and settings give the same result.',
  },
  {
    kind: 'choice',
    key: 'device',
    section: 'run',
    label: 'Device',
    help: 'Where it is computed.',
    options: [
      { value: 'auto', label: 'Automatic' },
      { value: 'cpu', label: 'CPU' },
    ],
  },
  {
    kind: 'number',
    key: 'threads',
    section: 'run',
    label: 'Threads',
    help: 'Empty: as many as this machine has physical cores.',
    placeholder: () => 'automatic',
  },
];

/** Fields of a section that have a meaning for this configuration, or that hold something wrong. */
export const fieldsOf = (
  section: SectionId,
  config: TrainConfig,
  problems: ReadonlyMap<keyof TrainConfig, string>,
): Field[] =>
  FIELDS.filter(field => field.section === section && ((field.shown?.(config) ?? true) || problems.has(field.key)));

/** Named heads with their sizes, and the layers that one's own list starts with. */
export const HEADS: readonly (SelectOption<string> & { layers: string })[] = [
  { value: '512-64', label: '512-64', description: 'Two dense layers of 512 and 64 units', layers: '512-64' },
  { value: 'simpler', label: 'Simpler', description: 'One dense layer of 256 units', layers: '256' },
  { value: 'm-simpler', label: 'M-simpler', description: 'One dense layer of 64 units', layers: '64' },
  {
    value: 'm-simpler-bn',
    label: 'M-simpler with batch norm',
    description: 'One dense layer of 64 units with batch normalisation',
    layers: '64',
  },
  {
    value: 'fastai',
    label: 'fastai',
    description: 'One dense layer of 512 units between batch normalisations and dropout of its own',
    layers: '512',
  },
  { value: 'none', label: 'Linear layer', description: 'No hidden layer, trained by gradient descent', layers: '256' },
  { value: 'probe', label: 'Linear probe', description: 'Logistic regression by L-BFGS: the fastest', layers: '256' },
];
