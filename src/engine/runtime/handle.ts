import { RuntimeError } from './runtime.ts';

/** A native object with one owner, released exactly once. */
export class Handle implements Disposable {
  #pointer: bigint | undefined;
  readonly #release: (pointer: bigint) => void;

  constructor(pointer: bigint, release: (pointer: bigint) => void) {
    this.#pointer = pointer;
    this.#release = release;
  }

  /** Throws RuntimeError once released, so that a stale address never reaches native code. */
  get pointer(): bigint {
    if (this.#pointer === undefined) throw new RuntimeError('A native object was used after its release.', 1);
    return this.#pointer;
  }

  [Symbol.dispose](): void {
    const pointer = this.#pointer;
    this.#pointer = undefined;
    if (pointer !== undefined) this.#release(pointer);
  }
}
