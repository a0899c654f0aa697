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

/** A run of thousands of epochs need not be scrubbed through one by one. */
const KEPT_EPOCHS = 256;

/** Running sums, one entry per image. */
export interface DynamicsState {
  epochs: Int32Array;
  sum: Float64Array;
  squares: Float64Array;
  right: Int32Array;
  margin: Float64Array;
  forgotten: Int32Array;
  wasRight: Uint8Array;
  el2n: Float64Array;
  /** Most probable class per kept epoch: [epoch][image], for scrubbing; −1 where an image was not seen. */
  predictions: Int16Array[];
  /** Every how many epochs one is kept: 1 at first, doubled whenever more than KEPT_EPOCHS are there. */
  stride: number;
  begun: number;
}

const emptyState = (n: number): DynamicsState => ({
  epochs: new Int32Array(n),
  sum: new Float64Array(n),
  squares: new Float64Array(n),
  right: new Int32Array(n),
  margin: new Float64Array(n),
  forgotten: new Int32Array(n),
  wasRight: new Uint8Array(n),
  el2n: new Float64Array(n).fill(Number.NaN),
  predictions: [],
  stride: 1,
  begun: 0,
});

export class Dynamics {
  readonly #classes: number;
  readonly #labels: Int32Array;
  readonly state: DynamicsState;
  #kept = false;

  /** `labels`: of all images that will be reported on; rows are indices into it. */
  constructor(labels: Int32Array, classes: number, state: DynamicsState = emptyState(labels.length)) {
    this.#labels = labels;
    this.#classes = classes;
    this.state = state;
  }

  beginEpoch(): void {
    const s = this.state;
    this.#kept = s.begun++ % s.stride === 0;
    if (!this.#kept) return;
    if (s.predictions.length >= KEPT_EPOCHS) {
      s.predictions = s.predictions.filter((_, i) => i % 2 === 0);
      s.stride *= 2;
      this.#kept = (s.begun - 1) % s.stride === 0;
      if (!this.#kept) return;
    }
    s.predictions.push(new Int16Array(this.#labels.length).fill(-1));
  }

  /** 1-based numbers of the epochs in `state.predictions`. */
  get keptEpochs(): number[] {
    return this.state.predictions.map((_, i) => i * this.state.stride + 1);
  }

  /** `row` of this epoch has the probabilities at `probabilities[at .. at + classes]`. */
  record(row: number, probabilities: Float32Array, at: number): void {
    const s = this.state;
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
    s.epochs[row] = s.epochs[row]! + 1;
    s.sum[row] = s.sum[row]! + p;
    s.squares[row] = s.squares[row]! + p * p;
    s.right[row] = s.right[row]! + right;
    s.margin[row] = s.margin[row]! + Math.log(Math.max(TINY, p)) - Math.log(Math.max(TINY, other));
    if (s.wasRight[row] === 1 && right === 0) s.forgotten[row] = s.forgotten[row]! + 1;
    s.wasRight[row] = right;
    if (s.epochs[row] <= EL2N_EPOCH) s.el2n[row] = Math.sqrt(squares + (1 - p) ** 2);
    if (this.#kept) s.predictions.at(-1)![row] = best;
  }

  /** Null for an image that no epoch has seen. */
  of(row: number): ImageDynamics | null {
    const s = this.state;
    const n = s.epochs[row]!;
    if (n === 0) return null;
    const mean = s.sum[row]! / n;
    return {
      confidence: mean,
      variability: Math.sqrt(Math.max(0, s.squares[row]! / n - mean * mean)),
      correctness: s.right[row]! / n,
      aum: s.margin[row]! / n,
      forgetting: s.right[row] === 0 ? -1 : s.forgotten[row]!,
      el2n: s.el2n[row]!,
    };
  }
}
