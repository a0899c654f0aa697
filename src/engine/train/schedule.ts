/** Learning-rate schedules: the factor by which the base rate is multiplied at a step. Pure functions of the step. */

import type { ScheduleName } from '../../shared/experiment.ts';

export interface ScheduleOptions {
  name: ScheduleName;
  /** Steps of the whole run. */
  totalSteps: number;
  /** Steps over which the rate rises linearly from 0; not for one-cycle, which has its own rise. */
  warmupSteps: number;
}

/** one-cycle of PyTorch's OneCycleLR (Smith & Topin 2018): up for 30 % from 1/25, then down to 1/25/1e4, both as half cosines. */
const RISE = 0.3;
const START = 1 / 25;
const END = START / 1e4;

const halfCosine = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

/** Factor for the 0-based `step`, in 0..1. `plateau` is constant here; see `Plateau`. */
export function scheduleFactor({ name, totalSteps, warmupSteps }: ScheduleOptions, step: number): number {
  if (name === 'one-cycle') {
    const top = Math.max(1, RISE * totalSteps - 1);
    const last = Math.max(top + 1, totalSteps - 1);
    return step <= top
      ? halfCosine(START, 1, step / top)
      : halfCosine(1, END, Math.min(1, (step - top) / (last - top)));
  }
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  if (name === 'cosine') {
    const rest = Math.max(1, totalSteps - warmupSteps);
    return halfCosine(1, 0, Math.min(1, (step - warmupSteps) / rest));
  }
  return 1;
}

/** Reduce on plateau, PyTorch's defaults but patience 5: the factor falls to a tenth when the validation loss has not improved for that long. */
export class Plateau {
  readonly #patience: number;
  #best = Infinity;
  #waited = 0;
  #factor = 1;

  constructor(patience = 5) {
    this.#patience = patience;
  }

  get factor(): number {
    return this.#factor;
  }

  get state(): { best: number; waited: number; factor: number } {
    return { best: this.#best, waited: this.#waited, factor: this.#factor };
  }

  set state({ best, waited, factor }: { best: number; waited: number; factor: number }) {
    this.#best = best;
    this.#waited = waited;
    this.#factor = factor;
  }

  /** Called once per epoch with the validation loss. */
  update(loss: number): void {
    if (loss < this.#best * (1 - 1e-4)) {
      this.#best = loss;
      this.#waited = 0;
    } else if (++this.#waited > this.#patience) {
      this.#factor *= 0.1;
      this.#waited = 0;
    }
  }
}
