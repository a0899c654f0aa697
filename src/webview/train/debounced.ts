type Task = (signal: AbortSignal, isCurrent: () => boolean) => Promise<void>;

/** Runs the newest task once nothing newer came for a while; the one before is aborted, and must not show what it found. */
export class Debounced {
  readonly #delayMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | undefined;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  run(task: Task): void {
    this.drop();
    const controller = new AbortController();
    this.#controller = controller;
    this.#timer = setTimeout(() => {
      void task(controller.signal, () => this.#controller === controller);
    }, this.#delayMs);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = undefined;
  }
}
