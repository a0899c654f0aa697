/**
 * Training dynamics per image, collected from the probabilities that the training steps compute anyway.
 * Sources: Swayamdipta 2020 (confidence, variability, correctness), Pleiss 2020 (AUM), Toneva 2019 (forgetting), Paul 2021 (EL2N).
 */

/** EL2N is taken at this epoch (1-based): early, when hard images still stand out. */
const EL2N_EPOCH = 3;

export interface ImageDynamics {
  /** Mean over epochs of p(label), 0..1. */
  confidence: number;
  /** Its standard deviation over epochs. */
  variability: number;
  /** Share of epochs in which the label was the most probable class. */
  correctness: number;
  /** Mean over epochs of z(label) − max of the other logits; low is suspicious. Logits and log-probabilities differ by a constant per row. */
  aum: number;
  /** Right-to-wrong transitions; −1: never learned. */
  forgetting: number;
  /** ‖p − onehot(label)‖₂ at an early epoch. */
  el2n: number;
}

/** Smallest float32 above 0 that matters in a logarithm. */
const TINY = 1e-12;

export class Dynamics {
  readonly #classes: number;
  readonly #labels: Int32Array;
  readonly #epochs: Int32Array;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  readonly #right: Int32Array;
  readonly #margin: Float64Array;
  readonly #forgotten: Int32Array;
  readonly #wasRight: Uint8Array;
  readonly #el2n: Float64Array;
  /** Most probable class per epoch: [epoch][image], for scrubbing; −1 where an image was not seen. */
  readonly predictions: Int16Array[] = [];

  /** `labels`: of all images that will be reported on; rows are indices into it. */
  constructor(labels: Int32Array, classes: number) {
    const n = labels.length;
    this.#labels = labels;
    this.#classes = classes;
    this.#epochs = new Int32Array(n);
    this.#sum = new Float64Array(n);
    this.#squares = new Float64Array(n);
    this.#right = new Int32Array(n);
    this.#margin = new Float64Array(n);
    this.#forgotten = new Int32Array(n);
    this.#wasRight = new Uint8Array(n);
    this.#el2n = new Float64Array(n).fill(Number.NaN);
  }

  beginEpoch(): void {
    this.predictions.push(new Int16Array(this.#labels.length).fill(-1));
  }

  /** `row` of this epoch has the probabilities at `probabilities[at .. at + classes]`. */
  record(row: number, probabilities: Float32Array, at: number): void {
    const label = this.#labels[row]!;
    const p = probabilities[at + label]!;
    let best = 0;
    let other = 0;
    let squares = 0;
    for (let k = 0; k < this.#classes; k++) {
      const q = probabilities[at + k]!;
      if (q > probabilities[at + best]!) best = k;
      if (k !== label) {
        if (q > other) other = q;
        squares += q * q;
      }
    }
    const right = best === label ? 1 : 0;
    this.#epochs[row] = this.#epochs[row]! + 1;
    this.#sum[row] = this.#sum[row]! + p;
    this.#squares[row] = this.#squares[row]! + p * p;
    this.#right[row] = this.#right[row]! + right;
    this.#margin[row] = this.#margin[row]! + Math.log(Math.max(TINY, p)) - Math.log(Math.max(TINY, other));
    if (this.#wasRight[row] === 1 && right === 0) this.#forgotten[row] = this.#forgotten[row]! + 1;
    this.#wasRight[row] = right;
    if (this.#epochs[row] <= EL2N_EPOCH) this.#el2n[row] = Math.sqrt(squares + (1 - p) ** 2);
    this.predictions.at(-1)![row] = best;
  }

  /** Null for an image that no epoch has seen. */
  of(row: number): ImageDynamics | null {
    const n = this.#epochs[row]!;
    if (n === 0) return null;
    const mean = this.#sum[row]! / n;
    return {
      confidence: mean,
      variability: Math.sqrt(Math.max(0, this.#squares[row]! / n - mean * mean)),
      correctness: this.#right[row]! / n,
      aum: this.#margin[row]! / n,
      forgetting: this.#right[row] === 0 ? -1 : this.#forgotten[row]!,
      el2n: this.#el2n[row]!,
    };
  }
}
