import type { GraphBuilder } from '../builder.ts';
import type { Window } from '../shapes/spatial.ts';
import { zip } from './window.ts';

/** One Conv node with the gradient of its output. */
export interface Convolution {
  b: GraphBuilder;
  /** [N, C, …] */
  x: string;
  /** [M, C / group, …] */
  weight: string;
  /** [N, M, …] */
  dy: string;
  window: Window;
  group: number;
}

/** 1×1 in every respect: a matrix product at each position. */
export const isPointwise = ({ window: w, group }: Convolution): boolean =>
  group === 1 && [...w.kernel, ...w.strides].every(n => n === 1) && [...w.before, ...w.after].every(n => n === 0);

/** The permutation that exchanges the first two axes. */
export const swapped = (rank: number): number[] => [1, 0, ...zip(rank - 2, i => i + 2)];

export const spatialOf = (b: GraphBuilder, x: string): readonly number[] => b.dims(x).slice(2);

export const tapsOf = (w: Window): number => w.kernel.reduce((p, q) => p * q, 1);
