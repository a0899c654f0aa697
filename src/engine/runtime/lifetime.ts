import { RuntimeError } from './runtime.ts';

/** Life of an object that works asynchronously: it closes once, after the work in flight has ended. */
export class Lifetime {
  readonly #noun: string;
  readonly #pending = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(noun: string) {
    this.#noun = noun;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  get busy(): boolean {
    return this.#pending.size > 0;
  }

  /** Throws RuntimeError once closing has begun. */
  requireOpen(): void {
    if (this.closed) throw new RuntimeError(`The ${this.#noun} was used after it was disposed.`, 1);
  }

  async during<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    try {
      return await work;
    } finally {
      this.#pending.delete(work);
    }
  }

  /** Disposes `children` and waits for the work in flight, then releases. Later calls return the first one's promise. */
  close(children: Iterable<AsyncDisposable>, release: () => Promise<void> | void): Promise<void> {
    // Children close synchronously with their parent: none may start new work while the others end.
    this.#closing ??= (async (closed: PromiseLike<void>[]) => {
      await Promise.allSettled(this.#pending);
      await Promise.all(closed);
      await release();
    })(Array.from(children, child => child[Symbol.asyncDispose]()));
    return this.#closing;
  }
}
