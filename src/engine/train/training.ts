/** What a trainer is given and what it gives back. */
import type { EpochRow, TrainConfig } from '../../shared/experiment.ts';
import type { FeatureMatrix } from '../features/matrix.ts';
import type { Graph } from '../graph/ir.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Dynamics } from './dynamics.ts';

/** Cached features with labels. `train` and `validation` are image numbers. */
export interface TrainingData {
  /** One row per image, then the rows of augmented variants, if any. */
  features: FeatureMatrix;
  /** Dimensions of one row: [width] for a vector, [C, H, W] for a feature map. */
  dims: readonly number[];
  /** Of the images. */
  labels: Int32Array;
  classes: number;
  train: Int32Array;
  /** May be empty: then early stopping and the choice of L2 look at the training images. */
  validation: Int32Array;
  /** Rows of the augmented variants of a training image; absent without augmentation. */
  variantsOf?: (image: number) => Int32Array;
}

export interface TrainingOptions {
  runtime: Runtime;
  /** Aborting ends training early; the best weights so far are kept. */
  stop: AbortSignal;
  /** `total`: the most rows there can be. */
  onEpoch: (row: EpochRow, total: number) => void;
  /** Awaited between epochs: resolves when training may go on (pause). */
  mayContinue?: () => Promise<void>;
  /** Where to go on from. The run then ends with the same weights as one that was never interrupted. */
  resume?: Checkpoint | undefined;
  /** Called between epochs with what a later `resume` needs; the arrays are only lent. */
  onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
}

export interface TrainedHead {
  /** From `features` [batch, ...dims] to `logits` [batch, classes], weights inside. */
  graph: Graph;
  history: EpochRow[];
  /** 1-based row of the history whose weights were kept; 0 when training was stopped before the first one ended. */
  bestEpoch: number;
  /** Trained numbers. */
  parameters: number;
  /** Remarks for the user, e.g. that nothing was learned. */
  remarks: string[];
  /** Of training and validation images; absent for a probe, which has no epochs. */
  dynamics?: Dynamics;
}

export type Trainer = (data: TrainingData, config: TrainConfig, options: TrainingOptions) => Promise<TrainedHead>;
