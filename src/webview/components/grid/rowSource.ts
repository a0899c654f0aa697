import { signal, type ReadonlySignal } from '@preact/signals';
import type { PredictionPage, PredictionRow } from '../../../shared/experiment.ts';
import { messageOf } from '../../../shared/errors.ts';

export type FetchPage = (offset: number, limit: number, signal: AbortSignal) => Promise<PredictionPage>;

const PAGE = 200;
/** 40,000 rows in memory at most, about 10 MB. */
const KEPT_PAGES = 200;

export interface Counts {
  matching: number;
  total: number;
}

/** The rows of one query, fetched page by page as they come into sight. */
export class RowSource {
  readonly #fetch: FetchPage;
  readonly #pages = new Map<number, PredictionRow[]>();
  readonly #pending = new Map<number, AbortController>();
  readonly #counts = signal<Counts | undefined>(undefined);
  readonly #problem = signal<string | undefined>(undefined);
  readonly #version = signal(0);

  constructor(fetch: FetchPage) {
    this.#fetch = fetch;
  }

  /** Known once the first page is here. */
  get counts(): ReadonlySignal<Counts | undefined> {
    return this.#counts;
  }

  /** Why the last page did not come. */
  get problem(): ReadonlySignal<string | undefined> {
    return this.#problem;
  }

  /** Grows whenever rows arrive. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  row(index: number): PredictionRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Asks for the rows `first` to `end` (exclusive) and gives up pages asked for earlier that lie outside. */
  need(first: number, end: number): void {
    const from = Math.floor(Math.max(0, first) / PAGE);
    const to = Math.floor(Math.max(0, end - 1) / PAGE);
    for (const [page, controller] of this.#pending) if (page < from || page > to) controller.abort();
    for (let page = from; page <= to; page++) {
      const rows = this.#pages.get(page);
      if (rows) {
        this.#pages.delete(page);
        this.#pages.set(page, rows);
      } else if (!this.#pending.has(page) && !this.#problem.peek()) void this.#load(page);
    }
  }

  retry(): void {
    this.#problem.value = undefined;
    this.#version.value++;
  }

  dispose(): void {
    for (const controller of this.#pending.values()) controller.abort();
  }

  async #load(page: number): Promise<void> {
    const controller = new AbortController();
    this.#pending.set(page, controller);
    try {
      const { rows, matching, total } = await this.#fetch(page * PAGE, PAGE, controller.signal);
      this.#pages.set(page, rows);
      const oldest = this.#pages.keys().next().value;
      if (this.#pages.size > KEPT_PAGES && oldest !== undefined) this.#pages.delete(oldest);
      const old = this.#counts.peek();
      if (old?.matching !== matching || old.total !== total) this.#counts.value = { matching, total };
      this.#version.value++;
    } catch (error) {
      if (!controller.signal.aborted) this.#problem.value = messageOf(error);
    } finally {
      this.#pending.delete(page);
      // A page given up while it was still wanted again is asked for by the next `need`.
      if (controller.signal.aborted) this.#version.value++;
    }
  }
}
