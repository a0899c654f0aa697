/**
 * Adam in one pass over memory, in WebAssembly, on the arrays that ONNX Runtime reads the parameters from and writes their gradients
 * to. Elements are shared out among threads; the result is the same for any number of them.
 */
import { Worker } from 'node:worker_threads';
import { RuntimeError } from '../../runtime/runtime.ts';
import { ADAM_BINARY } from './adamBinary.ts';
import { HEADER_BYTES, kernelThread, SCALARS, SLOT, WORKER_PROGRAM } from './kernelThread.ts';

/** Views of the kernel's memory, all of one parameter's length. */
export interface KernelArrays {
  readonly weight: Float32Array;
  /** Moments, unscaled as `createAdam` has them. */
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** Filled by the caller before `update`. */
  readonly gradient: Float32Array;
}

/** g ← g + l2·w; m ← beta1·m + g; v ← beta2·v + g²; w ← kept·w − size·m / (√v + epsilon). */
export interface AdamNumbers {
  beta1: number;
  beta2: number;
  size: number;
  epsilon: number;
  l2: number;
  kept: number;
}

/** Elements at a time. */
const PIECE = 2 ** 16;
const ALIGNMENT = 64;
const PAGE = 65_536;
/** Most that WebAssembly can address. */
const MAX_BYTES = 65_536 * PAGE;
/** About a millisecond. */
const SPINS = 2 ** 19;
/** A thread that does not finish a piece in this time never will. */
const HANG_MS = 120_000;

const padded = (length: number): number => Math.ceil((length * 4) / ALIGNMENT) * ALIGNMENT;

const bytesOf = (lengths: readonly number[]): number =>
  lengths.reduce((sum, length) => sum + 4 * padded(length), HEADER_BYTES);

/** Whether parameters of these lengths fit: 4 GB with their moments and gradients. */
export const fitsKernel = (lengths: readonly number[]): boolean => bytesOf(lengths) <= MAX_BYTES;

export class AdamKernel implements AsyncDisposable {
  readonly arrays: readonly KernelArrays[];
  readonly #ints: Int32Array;
  readonly #scalars: Float32Array;
  readonly #takePieces: () => void;
  readonly #workers: Worker[];

  /** All zeros. `threads`: this one included. Throws RangeError where the memory is not to be had. */
  constructor(lengths: readonly number[], threads: number) {
    const pages = Math.ceil(bytesOf(lengths) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = new WebAssembly.Module(Buffer.from(ADAM_BINARY, 'base64'));
    let end = HEADER_BYTES;
    this.arrays = lengths.map(length => {
      const take = () => new Float32Array(memory.buffer, (end += padded(length)) - padded(length), length);
      return { weight: take(), m: take(), v: take(), gradient: take() };
    });
    this.#ints = new Int32Array(memory.buffer, 0, SCALARS);
    this.#scalars = new Float32Array(memory.buffer, SCALARS * 4, 6);
    this.#takePieces = kernelThread(module, memory);
    this.#workers = Array.from({ length: threads - 1 }, () => {
      const worker = new Worker(WORKER_PROGRAM, { eval: true, workerData: { module, memory } });
      worker.unref();
      return worker;
    });
  }

  /** Updates a parameter and its moments in place. Computes on this thread too, so it blocks: 1 ms for 2 million elements. */
  update(index: number, { beta1, beta2, size, epsilon, l2, kept }: AdamNumbers): void {
    const { weight, m, v, gradient } = this.arrays[index]!;
    const ints = this.#ints;
    // What lies behind the last element is padding and stays 0.
    const length = Math.ceil(weight.length / 4) * 4;
    const first = ints[SLOT.end]!;
    const end = (first + Math.ceil(length / PIECE)) | 0;
    this.#scalars.set([beta1, beta2, size, epsilon, l2, kept]);
    ints.set([first, PIECE, length, ...[weight, m, v, gradient].map(array => array.byteOffset)], SLOT.job);
    Atomics.store(ints, SLOT.end, end);
    if (length > PIECE) Atomics.notify(ints, SLOT.end);
    this.#takePieces();
    this.#awaitAll(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()));
  }

  /** The others finish within a piece's time: waiting actively saves the wake-up, which on a busy machine takes milliseconds. */
  #awaitAll(end: number): void {
    const ints = this.#ints;
    for (let i = 0; i < SPINS; i++) if (Atomics.load(ints, SLOT.finished) === end) return;
    for (let done = Atomics.load(ints, SLOT.finished); done !== end; done = Atomics.load(ints, SLOT.finished))
      if (Atomics.wait(ints, SLOT.finished, done, HANG_MS) === 'timed-out')
        throw new RuntimeError('A thread of the weight update does not answer.', -1);
  }
}
