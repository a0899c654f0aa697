/**
 * Adam for large dense weights, fused with the product that gives their gradient: one pass over weight and moments, on the memory
 * that ONNX Runtime reads the weight from. Columns are shared out among threads; the result is the same for any number of them.
 */
import { Worker } from 'node:worker_threads';
import { RuntimeError } from '../../runtime/runtime.ts';
import { DENSE_ADAM } from './denseAdam.ts';
import { HEADER_BYTES, kernelThread, SCALARS, SLOT, WORKER_PROGRAM } from './kernelThread.ts';

/** A weight [out, width] with its batch; or, with batch 0 and out 1, any parameter of `width` elements that comes with its gradient. */
export interface FusedShape {
  batch: number;
  width: number;
  out: number;
  /** Weights of one key read one and the same x. */
  x: string;
}

/** Views of the kernel's memory. */
export interface FusedWeight {
  readonly weight: Float32Array;
  /** Moments, unscaled as `createAdam` has them. */
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** The factors of the gradient, dzᵀ·x: [batch, out] and [batch, width], or dz is the gradient; filled by the caller before `update`. */
  readonly dz: Float32Array;
  readonly x: Float32Array;
}

/** g = dzᵀ·x + l2·w; m ← beta1·m + g; v ← beta2·v + g²; w ← kept·w − size·m / (√v + epsilon). */
export interface AdamNumbers {
  beta1: number;
  beta2: number;
  size: number;
  epsilon: number;
  l2: number;
  kept: number;
}

/** Columns of x at a time: few enough that their packed form stays in the second-level cache. */
const MAX_COLUMNS = 1024;
/** Elements at a time where the gradient is there. */
const MAX_DIRECT = 65_536;
/** Smaller weights are done before another thread has woken up. */
const WORTH_THREADS = 2 ** 16;
const ALIGNMENT = 64;
const PAGE = 65_536;
/** Most that WebAssembly can address. */
const MAX_BYTES = 65_536 * PAGE;
/** About a millisecond. */
const SPINS = 2 ** 19;
/** A thread that does not finish its columns in this time never will. */
const HANG_MS = 120_000;

type PackRows = (dz: number, into: number, batch: number, out: number) => void;

interface Place extends FusedShape {
  weight: number;
  m: number;
  v: number;
  dz: number;
  at: number;
  packed: number;
}

function layOut(shapes: readonly FusedShape[], threads: number): { places: Place[]; scratch: number; bytes: number } {
  let end = HEADER_BYTES;
  const take = (floats: number): number => {
    const start = end;
    end += Math.ceil((floats * 4) / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const inputs = new Map<string, number>();
  const places = shapes.map(shape => {
    const { batch, width, out, x } = shape;
    const at = inputs.get(x) ?? take(batch * width);
    inputs.set(x, at);
    const [weight, m, v] = [take(out * width), take(out * width), take(out * width)] as const;
    const dz = take(batch === 0 ? width : batch * out);
    return { ...shape, at, weight, m, v, dz, packed: batch === 0 ? dz : take(batch * out) };
  });
  const scratch = take(threads * Math.max(0, ...shapes.map(s => s.batch * Math.min(MAX_COLUMNS, s.width))));
  return { places, scratch, bytes: end };
}

/** Whether the kernel can hold weights of these shapes: rows in fours, columns in eights, 4 GB in all. */
export const canFuse = (shapes: readonly FusedShape[], threads: number): boolean =>
  shapes.every(({ batch, width, out }) => batch === 0 || (width % 8 === 0 && out % 4 === 0)) &&
  layOut(shapes, threads).bytes <= MAX_BYTES;

export class FusedAdam implements AsyncDisposable {
  readonly weights: readonly FusedWeight[];
  readonly #places: readonly Place[];
  readonly #scratch: number;
  readonly #threads: number;
  readonly #ints: Int32Array;
  readonly #scalars: Float32Array;
  readonly #pack: PackRows;
  readonly #takePieces: () => void;
  readonly #workers: Worker[];

  /**
   * All zeros. `threads`: this one included. `spin`: milliseconds in which they wait actively for the next update; others then have
   * no use of their cores. Throws RangeError where the memory is not to be had.
   */
  constructor(shapes: readonly FusedShape[], threads: number, spin: number) {
    const { places, scratch, bytes } = layOut(shapes, threads);
    const pages = Math.ceil(bytes / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = new WebAssembly.Module(Buffer.from(DENSE_ADAM, 'base64'));
    const floats = (at: number, length: number) => new Float32Array(memory.buffer, at, length);
    this.weights = places.map(({ weight, m, v, dz, at, batch, width, out }) => ({
      weight: floats(weight, out * width),
      m: floats(m, out * width),
      v: floats(v, out * width),
      dz: floats(dz, batch === 0 ? width : batch * out),
      x: floats(at, batch * width),
    }));
    this.#places = places;
    this.#scratch = scratch;
    this.#threads = threads;
    this.#ints = new Int32Array(memory.buffer, 0, SCALARS);
    this.#scalars = floats(SCALARS * 4, 6);
    this.#takePieces = kernelThread(module, memory, 0);
    this.#pack = new WebAssembly.Instance(module, { env: { memory } }).exports['packRows'] as PackRows;
    const helpers = places.some(p => p.out * p.width >= WORTH_THREADS) ? threads - 1 : 0;
    this.#workers = Array.from({ length: helpers }, (_, i) => {
      const worker = new Worker(WORKER_PROGRAM, { eval: true, workerData: { module, memory, thread: i + 1, spin } });
      worker.unref();
      return worker;
    });
  }

  /** Updates a weight and its moments in place. Computes on this thread too, so it blocks; 25,088 × 512 takes 12 ms on two cores. */
  update(index: number, { beta1, beta2, size, epsilon, l2, kept }: AdamNumbers): void {
    const { weight, m, v, at, dz, packed, batch, width, out } = this.#places[index]!;
    const shared = this.#workers.length > 0 && out * width >= WORTH_THREADS;
    const pieces = shared ? 2 * this.#threads : 1;
    const columns = Math.min(batch === 0 ? MAX_DIRECT : MAX_COLUMNS, Math.ceil(width / 8 / pieces) * 8);
    const ints = this.#ints;
    if (batch > 0) this.#pack(dz, packed, batch, out);
    this.#scalars.set([beta1, beta2, size, epsilon, l2, kept]);
    const first = ints[SLOT.end]!;
    ints.set([first, columns, weight, m, v, at, packed, this.#scratch, batch, width, out], SLOT.job);
    const end = (first + Math.ceil(width / columns)) | 0;
    Atomics.store(ints, SLOT.end, end);
    if (shared) Atomics.notify(ints, SLOT.end);
    this.#takePieces();
    this.#awaitAll(end);
  }

  /** The others finish within a piece's time: waiting actively saves the wake-up, which on a busy machine takes milliseconds. */
  #awaitAll(end: number): void {
    const ints = this.#ints;
    for (let i = 0; i < SPINS; i++) if (Atomics.load(ints, SLOT.finished) === end) return;
    for (let done = Atomics.load(ints, SLOT.finished); done !== end; done = Atomics.load(ints, SLOT.finished))
      if (Atomics.wait(ints, SLOT.finished, done, HANG_MS) === 'timed-out')
        throw new RuntimeError('A thread of the weight update does not answer.', -1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()));
  }
}
