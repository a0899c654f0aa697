import { throwIfAborted } from '../../shared/errors.ts';
import type { BindingBackend } from './backend.ts';
import { BoundTensors } from './boundTensors.ts';
import { Lifetime } from './lifetime.ts';
import { RuntimeError, type Binding, type Dims, type TensorData, type TensorInfo } from './runtime.ts';

/** What a binding needs of its session. */
export interface BindingOwner {
  readonly inputInfo: readonly TensorInfo[];
  readonly outputInfo: readonly TensorInfo[];
  /** Whether a binding of the session is running. */
  isRunning(): boolean;
  forget(binding: Binding): void;
}

/** Checks, cancelling and life time of a binding, the same over every backend. */
export class ManagedBinding implements Binding {
  readonly #backend: BindingBackend;
  readonly #owner: BindingOwner;
  readonly #tensors: BoundTensors;
  readonly #life = new Lifetime('binding');

  constructor(backend: BindingBackend, owner: BindingOwner) {
    this.#backend = backend;
    this.#owner = owner;
    this.#tensors = new BoundTensors(owner.inputInfo, owner.outputInfo);
  }

  get running(): boolean {
    return this.#life.busy;
  }

  input(name: string, data: TensorData, dims: Dims): this {
    return this.#set('input', name, data, dims);
  }

  output(name: string, data: TensorData, dims: Dims): this {
    return this.#set('output', name, data, dims);
  }

  async run(signal?: AbortSignal): Promise<void> {
    this.#requireReady();
    throwIfAborted(signal);
    await this.#life.during(this.#runToEnd(signal));
  }

  runSync(): boolean {
    this.#requireReady();
    if (!this.#backend.runSync) return false;
    this.#backend.runSync();
    return true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#life.close([], () => {
      this.#backend.release();
      this.#owner.forget(this);
    });
  }

  async #runToEnd(signal: AbortSignal | undefined): Promise<void> {
    const abort = () => this.#backend.terminate();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#backend.run();
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) this.#backend.resume();
    }
    // Also when the run was quicker than the request: whoever aborts gets one and the same answer.
    throwIfAborted(signal);
  }

  #set(side: 'input' | 'output', name: string, data: TensorData, dims: Dims): this {
    this.#requireIdle();
    this.#tensors.check(side, name, data, dims);
    this.#backend[side](name, data, dims);
    this.#tensors.set(side, name, data);
    return this;
  }

  #requireReady(): void {
    this.#requireIdle();
    if (this.#owner.isRunning()) throw new RuntimeError('Another binding of this session is running.', 1);
    this.#tensors.checkComplete();
  }

  #requireIdle(): void {
    this.#life.requireOpen();
    if (this.#life.busy) throw new RuntimeError('The binding is running.', 1);
  }
}
