import { MirrorError } from './request.ts';

/** No connection, or no byte, for so long counts as stalled, milliseconds. */
export const STALL_MS = 30_000;

/** Aborts its signal when it is not fed for a while, or when the user cancels. */
export class Watchdog implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, cancel: AbortSignal | undefined) {
    const silence = new AbortController();
    this.#timer = setTimeout(() => silence.abort(new MirrorError('it sent nothing for too long', true)), ms);
    this.signal = cancel ? AbortSignal.any([silence.signal, cancel]) : silence.signal;
  }

  feed(): void {
    this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
