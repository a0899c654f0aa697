import { CancelledError, throwIfAborted } from '../../shared/errors.ts';

/** Where batches are computed; see `Lane`. */
export interface Forward {
  /** Largest number of pictures at a time. */
  readonly batch: number;
  forward(images: readonly Uint8Array[], signal: AbortSignal): Promise<Float32Array>;
}

export interface PipelineJob<T> {
  items: readonly T[];
  /** The item's pixels, or undefined when it cannot be used. */
  decode: (item: T, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** Features [items.length, D] of some items, in any order of batches; the array is only lent. */
  onBatch: (items: readonly T[], features: Float32Array) => void;
  lanes: readonly Forward[];
  /** Decodes at the same time. */
  decoders: number;
  signal?: AbortSignal | undefined;
}

/**
 * Decodes pictures and computes features at the same time: decoders fill a bounded queue, each lane takes a batch from it as soon as
 * one is full. Neither side waits while the other has work for it. The first error stops everything and is thrown when all have ended.
 */
export async function runPipeline<T>(job: PipelineJob<T>): Promise<void> {
  throwIfAborted(job.signal);
  const stop = new AbortController();
  const signal = job.signal ? AbortSignal.any([job.signal, stop.signal]) : stop.signal;
  const queue = new Queue<{ item: T; pixels: Uint8Array }>(2 * job.lanes.reduce((n, lane) => n + lane.batch, 0));
  const failed: { error?: unknown } = {};
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!('error' in failed)) failed.error = error;
      stop.abort();
      queue.close();
    }
  };
  let next = 0;
  const decoder = async (): Promise<void> => {
    while (next < job.items.length) {
      await queue.space();
      throwIfAborted(signal);
      const item = job.items[next++];
      if (item === undefined) break;
      const pixels = await job.decode(item, signal);
      if (pixels) queue.push({ item, pixels });
    }
  };
  const computer = async (lane: Forward): Promise<void> => {
    for (;;) {
      const batch = await queue.take(lane.batch);
      if (batch.length === 0) return;
      throwIfAborted(signal);
      const features = await lane.forward(
        batch.map(({ pixels }) => pixels),
        signal,
      );
      job.onBatch(
        batch.map(({ item }) => item),
        features,
      );
    }
  };
  const onAbort = (): void => queue.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const decoding = Array.from({ length: job.decoders }, () => guarded(decoder));
  const computing = job.lanes.map(lane => guarded(() => computer(lane)));
  await Promise.all(decoding);
  queue.close();
  await Promise.all(computing);
  signal.removeEventListener('abort', onAbort);
  if (job.signal?.aborted) throw new CancelledError();
  if ('error' in failed) throw failed.error;
}

/** A bounded queue whose takers wait for a full batch, or for the end. */
class Queue<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #closed = false;
  #takers: (() => void)[] = [];
  #fillers: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves when there is room, or at the end. Several that wait may together overshoot by their number. */
  async space(): Promise<void> {
    while (this.#items.length >= this.#capacity && !this.#closed)
      await new Promise<void>(resolve => this.#fillers.push(resolve));
  }

  push(item: T): void {
    this.#items.push(item);
    wake(this.#takers);
  }

  /** `count` items; fewer, down to none, only after the end. */
  async take(count: number): Promise<T[]> {
    while (this.#items.length < count && !this.#closed) await new Promise<void>(resolve => this.#takers.push(resolve));
    const taken = this.#items.splice(0, count);
    wake(this.#fillers);
    return taken;
  }

  close(): void {
    this.#closed = true;
    wake(this.#takers);
    wake(this.#fillers);
  }
}

function wake(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
