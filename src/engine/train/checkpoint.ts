/** What an interrupted run needs to go on as if nothing had happened, in one file. */
import { readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { EpochRow } from '../../shared/experiment.ts';
import type { ParameterValues } from '../graph/parameters.ts';
import { isMissing, writeFileAtomic } from '../files/atomic.ts';
import type { DynamicsState } from './dynamics.ts';

export interface Checkpoint {
  schema: 1;
  /** The run it belongs to: configuration and data. Another run's checkpoint is not used. */
  key: string;
  /** Epochs done. Random numbers are drawn from a stream per epoch, so their state need not be kept. */
  epoch: number;
  /** Optimizer steps done in the current phase. */
  steps: number;
  /** Parameters, statistics and the optimizer's moments. */
  state: ParameterValues;
  best: { loss: number; accuracy: number; epoch: number; values: ParameterValues };
  history: EpochRow[];
  dynamics: DynamicsState;
  plateau: { best: number; waited: number; factor: number };
}

export const writeCheckpoint = (file: string, checkpoint: Checkpoint): Promise<void> =>
  writeFileAtomic(file, serialize(checkpoint));

/** Undefined when there is none, or one of another run. */
export async function readCheckpoint(file: string, key: string): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = deserialize(await readFile(file)) as Checkpoint;
    const schema: number = checkpoint.schema;
    return schema === 1 && checkpoint.key === key ? checkpoint : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
