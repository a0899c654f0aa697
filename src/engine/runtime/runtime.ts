/**
 * The one interface through which Headway computes. Two implementations answer it: `native` (the C API of ONNX Runtime's library
 * through koffi) and `portable` (the common JavaScript API). Only child processes load them.
 */

export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array;
export type Dims = readonly number[];

export interface SessionOptions {
  /** Threads within an operator; default: the physical cores the process may use. */
  threads?: number;
  /**
   * Idle threads wait actively for the next operator instead of sleeping; default false. With the cores to itself a session gains
   * 5 to 30 % (small batches, small training steps); where other work needs a core it falls to a third. `within-run`: they sleep as
   * soon as a run ends, so that other threads have the cores until the next one.
   */
  spinning?: boolean | 'within-run';
}

export interface TensorInfo {
  name: string;
  /** -1 or a name stands for an open dimension. */
  dims: readonly (number | string)[];
  type: 'float32' | 'uint8' | 'int32' | 'int64' | 'other';
}

/** A model loaded and optimised, ready to be bound. */
export interface Session extends AsyncDisposable {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Element type and dimensions the model declares, in the order of `inputs` and `outputs`. */
  readonly inputInfo: readonly TensorInfo[];
  readonly outputInfo: readonly TensorInfo[];
  /** A new set of bound inputs and outputs. Several bindings of one session may exist; only one of them may run at a time. */
  bind(): Binding;
}

/**
 * Inputs and outputs tied to memory once; each `run` reads the inputs as they then are and writes the outputs in place.
 * The binding keeps the arrays alive. An array must not be both input and output (readers of the old value may run later):
 * state that changes needs two bindings used in turn. Arrays must not be detached or resized while bound.
 */
export interface Binding extends AsyncDisposable {
  /** Binds by reference: later writes to `data` are seen by later runs. Throws RuntimeError for an unknown name or wrong length. */
  input(name: string, data: TensorData, dims: Dims): this;
  /** `data` receives the output at every run; its length must equal the product of `dims`. */
  output(name: string, data: TensorData, dims: Dims): this;
  /**
   * Computes without blocking the JavaScript thread (native). Aborting `signal` rejects with CancelledError; outputs are then undefined.
   * Rejects with RuntimeError carrying ONNX Runtime's text.
   */
  run(signal?: AbortSignal): Promise<void>;
  /**
   * As `run`, but on the calling thread: for runs below about a millisecond, where the way to another thread and back costs more than
   * it frees. False, and nothing done, where the runtime cannot.
   */
  runSync(): boolean;
}

export interface Runtime extends AsyncDisposable {
  readonly kind: 'native' | 'portable';
  /** E.g. "ONNX Runtime 1.30.0 (native)". */
  readonly version: string;
  readonly device: 'cpu';
  load(model: Uint8Array, options?: SessionOptions): Promise<Session>;
}

export class RuntimeError extends Error {
  /** OrtErrorCode, or -1 where the portable API gives none. */
  readonly code: number;
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuntimeError';
    this.code = code;
  }
}
