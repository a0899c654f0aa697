import type { Dims, Runtime, SessionOptions, TensorData, TensorInfo } from './runtime.ts';

/**
 * What an implementation provides. `ManagedRuntime` builds the public interface on it: names, lengths, element types, life times
 * and cancelling are checked there, the same for all implementations, so a backend is only called with valid arguments.
 */
export interface RuntimeBackend {
  readonly kind: Runtime['kind'];
  readonly version: string;
  load(model: Uint8Array, options: SessionOptions): Promise<SessionBackend>;
  release(): Promise<void>;
}

export interface SessionBackend {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  bind(): BindingBackend;
  release(): Promise<void>;
}

export interface BindingBackend {
  input(name: string, data: TensorData, dims: Dims): void;
  output(name: string, data: TensorData, dims: Dims): void;
  run(): Promise<void>;
  /** Absent where the backend cannot. */
  runSync?(): void;
  /** Asks the run in flight to end early; without effect where the backend cannot. */
  terminate(): void;
  /** Called after a run that was asked to end early, so that the binding may run again. */
  resume(): void;
  release(): void;
}
