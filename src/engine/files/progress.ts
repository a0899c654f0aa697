import type { Progress } from '../../shared/experiment.ts';

/** Milliseconds between two reports. */
const INTERVAL = 100;
/** The rate is that of about the last so many milliseconds. */
const WINDOW = 4000;

/**
 * Turns counts into `Progress` with rate and seconds left, at most ten reports a second and always one at the end.
 * `already` items were done before and do not count for the rate.
 */
export class ProgressMeter {
  #done: number;
  #lastReport = -Infinity;
  /** The first is that of the first item done: what went before it (loading a model) says nothing about the rate. */
  readonly #marks: { time: number; done: number }[] = [];
  readonly #phase: Progress['phase'];
  readonly #total: number;
  readonly #report: ((progress: Progress) => void) | undefined;
  readonly #now: () => number;

  constructor(
    phase: Progress['phase'],
    total: number,
    report: ((progress: Progress) => void) | undefined,
    already = 0,
    now: () => number = () => performance.now(),
  ) {
    this.#phase = phase;
    this.#total = total;
    this.#report = report;
    this.#done = already;
    this.#now = now;
  }

  add(count = 1): void {
    this.#done += count;
    const time = this.#now();
    if (time - this.#lastReport < INTERVAL && this.#done < this.#total) return;
    this.#lastReport = time;
    this.#marks.push({ time, done: this.#done });
    while (this.#marks.length > 2 && time - this.#marks[1]!.time > WINDOW) this.#marks.shift();
    const first = this.#marks[0]!;
    const seconds = (time - first.time) / 1000;
    const progress: Progress = { phase: this.#phase, done: this.#done, total: this.#total };
    if (seconds > 0.5 && this.#done > first.done) {
      progress.rate = (this.#done - first.done) / seconds;
      progress.secondsLeft = (this.#total - this.#done) / progress.rate;
    }
    this.#report?.(progress);
  }
}
