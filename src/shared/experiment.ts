/** Contracts about experiments: one training run, its configuration, its course and its results. */
import type { Split } from './dataset.ts';

export type ExperimentStatus =
  'queued' | 'features' | 'training' | 'paused' | 'evaluating' | 'done' | 'stopped' | 'failed' | 'interrupted';

export const ACTIVE: readonly ExperimentStatus[] = ['queued', 'features', 'training', 'paused', 'evaluating'];
export const isActive = (status: ExperimentStatus): boolean => ACTIVE.includes(status);

export const ACTIVATIONS = ['relu', 'leaky-relu', 'hard-swish', 'tanh', 'sigmoid'] as const;
export const POOLINGS = ['average', 'max', 'both', 'flatten'] as const;
export const OPTIMIZERS = ['adam', 'adamw', 'sgd'] as const;
export const SCHEDULES = ['constant', 'cosine', 'one-cycle', 'plateau'] as const;
export const MONITORS = ['loss', 'accuracy'] as const;
export type Monitor = (typeof MONITORS)[number];
export type Activation = (typeof ACTIVATIONS)[number];
export type Pooling = (typeof POOLINGS)[number];
export type OptimizerName = (typeof OPTIMIZERS)[number];
export type ScheduleName = (typeof SCHEDULES)[number];

/** What is trained and how. Recorded whole in `experiment.json`. */
export interface TrainConfig {
  dataset: string;
  /** Name in the backbone registry. */
  backbone: string;
  /**
   * Where the frozen part ends: `pool` (all of the backbone is frozen), `last-conv`, `conv:K` (the last K convolution layers are
   * trained as well) or `percent:X` (the last layers that hold at least X % of the backbone's parameters).
   */
  boundary: string;
  /** A preset's name, `probe` (multinomial logistic regression), `none`, or hidden layer widths such as `512-64`. */
  head: string;
  activation: Activation;
  /** Batch normalisation in the hidden layers. */
  batchNorm: boolean;
  /** How the last feature map becomes a vector. */
  pooling: Pooling;
  epochs: number;
  batch: number;
  learningRate: number;
  /** Fine-tuning: the backbone's learning rate as a share of the head's, 0 to 1. */
  backboneRate: number;
  /** Fine-tuning: epochs in which only the head is trained, before the backbone's last layers join. */
  headEpochs: number;
  optimizer: OptimizerName;
  /** SGD: Nesterov momentum, 0 to below 1. */
  momentum: number;
  /** AdamW and SGD: decay of weights (not biases) per step, times the learning rate. */
  weightDecay: number;
  schedule: ScheduleName;
  /** Epochs over which the learning rate rises from 0 (not for one-cycle, which has its own rise). */
  warmup: number;
  /** Share of units dropped after each hidden layer, 0 to 0.9. */
  dropout: number;
  /** L2 penalty on weights. For a probe `auto` picks it on the validation split; for a dense head it means 0. */
  l2: number | 'auto';
  /** Share of the target spread over all classes, 0 to below 1. */
  labelSmoothing: number;
  /** `balanced`: a class counts in inverse proportion to its number of training images. */
  classWeights: 'none' | 'balanced';
  /** `balanced`: every epoch draws each class equally often. */
  sampling: 'shuffle' | 'balanced';
  /** Largest L2 norm of all gradients together; 0 = no clipping. */
  clipNorm: number;
  /** Augmentations by torchvision's names; empty: none. */
  augment: string[];
  /** Augmented variants per training image; each epoch sees one version of each image. */
  variants: number;
  /** Average the probabilities over the variants of held-out images too (test-time augmentation). */
  testTimeAugmentation: boolean;
  /**
   * What says which epoch is the best one, on the validation images: their loss, or their accuracy (ties by loss). With label smoothing
   * or when only the classes matter, accuracy is the better guide; with few validation images it is the noisier one.
   */
  monitor: Monitor;
  /** Stop after so many epochs without a better one; 0 turns it off. The best epoch's weights are kept either way. */
  patience: number;
  /** What counts as a better loss. */
  minDelta: number;
  seed: number;
  /** Train on a stratified, nested subset of this many training images. */
  subset?: number;
  device: 'auto' | 'cpu';
  threads?: number;
}

export const DEFAULT_CONFIG: Omit<TrainConfig, 'dataset'> = {
  backbone: 'efficientnet-lite0',
  boundary: 'pool',
  head: '512-64',
  activation: 'relu',
  batchNorm: false,
  pooling: 'average',
  epochs: 100,
  batch: 32,
  learningRate: 0.001,
  backboneRate: 0.1,
  headEpochs: 3,
  optimizer: 'adam',
  momentum: 0.9,
  weightDecay: 0,
  schedule: 'constant',
  warmup: 0,
  dropout: 0.25,
  l2: 'auto',
  labelSmoothing: 0,
  classWeights: 'none',
  sampling: 'shuffle',
  clipNorm: 0,
  augment: [],
  variants: 4,
  testTimeAugmentation: false,
  monitor: 'loss',
  patience: 10,
  minDelta: 1e-4,
  seed: 1,
  device: 'auto',
};

/** One step of a learning-rate range test. */
export interface RatePoint {
  rate: number;
  loss: number;
  /** Exponential average of the loss. */
  smoothed: number;
}

export interface RateFinding {
  points: RatePoint[];
  /** Absent when the loss never fell. */
  suggestion: number | undefined;
}

/** What a run would take, before it starts. */
export interface RunEstimate {
  /** Trained numbers. */
  parameters: number;
  trainImages: number;
  /** Images (and augmented variants) whose features have to be computed first. */
  toCompute: number;
  /** Bytes that the cache would grow by. */
  cacheBytes: number;
  /** Bytes of features, weights and optimizer state in memory. */
  memoryBytes: number;
  /** Measured on a few steps just now. */
  secondsPerEpoch: number;
  /** Features and all epochs (early stopping may end it sooner); absent until this machine's speed is known. */
  seconds: number;
}

export interface Progress {
  phase: 'scan' | 'features' | 'training' | 'evaluating' | 'sample' | 'download';
  done: number;
  total: number;
  /** Items per second over the last seconds; absent until it is known. */
  rate?: number;
  /** Estimated seconds left. */
  secondsLeft?: number;
}

/** `.headway/experiments/<id>/experiment.json` */
export interface ExperimentFile {
  schema: 1;
  id: string;
  name: string;
  config: TrainConfig;
  status: ExperimentStatus;
  created: string;
  started?: string;
  ended?: string;
  /** Process that runs it, while it runs. */
  process?: { pid: number; host: string; heartbeat: string };
  progress?: Progress;
  /** For `failed`: one sentence for the user. For `stopped`: why. */
  message?: string;
  dataHash?: string;
  classes?: string[];
  engine?: { headway: string; runtime: string; device: string; backboneSha256: string };
  seconds?: { features: number; train: number };
  /** Epoch whose weights were kept (1-based). */
  bestEpoch?: number;
  parameters?: number;
  /** Images left out because they could not be read: path and reason. */
  skipped?: { path: string; reason: string }[];
}

/** One row of `history.csv`. Losses are mean cross-entropy in nats, accuracies in 0..1. */
export interface EpochRow {
  epoch: number;
  trainLoss: number;
  trainAccuracy: number;
  validationLoss: number;
  validationAccuracy: number;
  learningRate: number;
  /** For a probe, whose rows are the penalties tried: the L2 strength of this row. */
  l2?: number;
  seconds: number;
}

/** A proportion with its n and Wilson 95 % interval, all in 0..1. */
export interface Proportion {
  value: number;
  n: number;
  low: number;
  high: number;
}

export interface SplitMetrics {
  accuracy: Proportion;
  /** Share of images whose label is among the five most probable classes. */
  top5: number;
  macroF1: number;
  /** Mean negative log-probability of the label, nats. */
  logLoss: number;
}

export type MetricsBySplit = Partial<Record<Split, SplitMetrics>>;

export interface ClassReport {
  label: string;
  precision: Proportion | null;
  recall: Proportion | null;
  f1: number | null;
  support: number;
}

export interface SplitReport {
  split: Split;
  metrics: SplitMetrics;
  classes: ClassReport[];
  /** Row = true class, column = predicted class, counts. */
  confusion: number[][];
}

export interface ExperimentSummary {
  file: ExperimentFile;
  metrics: MetricsBySplit;
  lastEpoch?: EpochRow;
}

export interface ExperimentDetail extends ExperimentSummary {
  history: EpochRow[];
  /** Empty until the run has been evaluated. */
  reports: SplitReport[];
  /** Absolute folder that image paths are relative to. */
  imageRoot: string;
}

export interface PredictionRow {
  path: string;
  split: Split;
  /** Class index given by the data set. */
  label: number;
  /** Most probable class. */
  predicted: number;
  /** Probability of the predicted class. */
  p: number;
  /** Probability of the given label. */
  pLabel: number;
}

export type PredictionFilter = 'wrong' | 'right' | 'all';
export type PredictionSort = 'confidence' | 'uncertain' | 'loss' | 'path';

export interface PredictionQuery {
  workspace: string;
  id: string;
  split: Split;
  filter: PredictionFilter;
  sort: PredictionSort;
  /** Only this true class / predicted class (indices). */
  label?: number;
  predicted?: number;
  offset: number;
  limit: number;
}

export interface PredictionPage {
  /** Rows that match, and rows of the split. */
  matching: number;
  total: number;
  rows: PredictionRow[];
}
