/** What a trainer is given and what it gives back. */
import type { EpochRow, TrainConfig } from '../../shared/experiment.ts';
import type { Graph } from '../graph/ir.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Cached features with labels. Rows are images; `train` and `validation` are row numbers. */
export interface TrainingData {
  /** Row-major [images, width]. */
  features: Float32Array;
  width: number;
  labels: Int32Array;
  classes: number;
  train: Int32Array;
  /** May be empty: then early stopping and the choice of L2 look at the training rows. */
  validation: Int32Array;
}

export interface TrainingOptions {
  runtime: Runtime;
  /** Aborting ends training early; the best weights so far are kept. */
  stop: AbortSignal;
  /** `total`: the most rows there can be. */
  onEpoch: (row: EpochRow, total: number) => void;
}

export interface TrainedHead {
  /** From `features` [batch, width] to `logits` [batch, classes], weights inside. */
  graph: Graph;
  history: EpochRow[];
  /** 1-based epoch whose weights were kept; 0 when training was stopped before the first one ended. */
  bestEpoch: number;
  /** Trained numbers. */
  parameters: number;
  /** Remarks for the user, e.g. that nothing was learned. */
  remarks: string[];
}

export type Trainer = (data: TrainingData, config: TrainConfig, options: TrainingOptions) => Promise<TrainedHead>;
