import type { RuntimeBackend, SessionBackend } from './backend.ts';
import { Lifetime } from './lifetime.ts';
import { ManagedBinding } from './managedBinding.ts';
import type { Binding, Runtime, Session, SessionOptions, TensorInfo } from './runtime.ts';

/** The public interface over a backend: owns the sessions it loads and ends them before itself. */
export class ManagedRuntime implements Runtime {
  readonly kind: Runtime['kind'];
  readonly version: string;
  readonly device = 'cpu';
  readonly #backend: RuntimeBackend;
  readonly #sessions = new Set<Session>();
  readonly #life = new Lifetime('runtime');

  constructor(backend: RuntimeBackend) {
    this.#backend = backend;
    this.kind = backend.kind;
    this.version = backend.version;
  }

  async load(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    this.#life.requireOpen();
    return this.#life.during(this.#load(model, options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#life.close(this.#sessions, () => this.#backend.release());
  }

  async #load(model: Uint8Array, options: SessionOptions): Promise<Session> {
    const backend = await this.#backend.load(model, options);
    if (this.#life.closed) await backend.release();
    this.#life.requireOpen();
    const session = new ManagedSession(backend, closed => this.#sessions.delete(closed));
    this.#sessions.add(session);
    return session;
  }
}

class ManagedSession implements Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputInfo: readonly TensorInfo[];
  readonly outputInfo: readonly TensorInfo[];
  readonly #backend: SessionBackend;
  readonly #forget: (session: Session) => void;
  readonly #bindings = new Set<ManagedBinding>();
  readonly #life = new Lifetime('session');

  constructor(backend: SessionBackend, forget: (session: Session) => void) {
    this.#backend = backend;
    this.#forget = forget;
    this.inputInfo = backend.inputs;
    this.outputInfo = backend.outputs;
    this.inputs = backend.inputs.map(info => info.name);
    this.outputs = backend.outputs.map(info => info.name);
  }

  bind(): Binding {
    this.#life.requireOpen();
    const binding: ManagedBinding = new ManagedBinding(this.#backend.bind(), {
      inputInfo: this.inputInfo,
      outputInfo: this.outputInfo,
      isRunning: () => this.#bindings.values().some(other => other.running),
      forget: () => this.#bindings.delete(binding),
    });
    this.#bindings.add(binding);
    return binding;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#life.close(this.#bindings, async () => {
      await this.#backend.release();
      this.#forget(this);
    });
  }
}
