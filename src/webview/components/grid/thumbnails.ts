import type { ThumbnailPage } from '../../../shared/engineApi.ts';

export type FetchThumbnails = (paths: string[], size: number, signal: AbortSignal) => Promise<ThumbnailPage>;

/** Sizes that are asked for, so that a slider does not make the engine encode every size there is. */
const SIZES = [128, 256, 512] as const;
const BATCH = 32;
const IN_FLIGHT = 2;
const ATTEMPTS = 2;
/** Decoded pixels that are kept: several screens of tiles at any size. */
const BUDGET_BYTES = 64 * 1024 * 1024;

export const thumbnailSize = (tile: number, pixelRatio: number): number =>
  SIZES.find(size => size >= tile * pixelRatio) ?? SIZES[SIZES.length - 1]!;

interface Request {
  paths: Set<string>;
  controller: AbortController;
}

/** Decoded thumbnails by path: asked for in batches, nearest first; what scrolled away before it came is given up. */
export class Thumbnails {
  readonly #fetch: FetchThumbnails;
  readonly #bitmaps = new Map<string, ImageBitmap>();
  readonly #failures = new Map<string, number>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #requests = new Set<Request>();
  #wanted: string[] = [];
  #size: number = SIZES[0];
  #bytes = 0;

  constructor(fetch: FetchThumbnails) {
    this.#fetch = fetch;
  }

  /** What should be here, most urgent first. Replaces what was wanted before. */
  want(paths: string[], size: number): void {
    this.#wanted = paths;
    if (size !== this.#size) {
      this.#size = size;
      this.#failures.clear();
    }
    const wanted = new Set(paths);
    for (const request of this.#requests)
      if (![...request.paths].some(path => wanted.has(path))) request.controller.abort();
    this.#pump();
  }

  /** The picture at the wanted size, else at another one until that comes. */
  get(path: string): ImageBitmap | undefined {
    for (const size of [this.#size, ...SIZES]) {
      const key = keyOf(path, size);
      const bitmap = this.#bitmaps.get(key);
      if (!bitmap) continue;
      this.#bitmaps.delete(key);
      this.#bitmaps.set(key, bitmap);
      return bitmap;
    }
    return undefined;
  }

  /** Pictures that could not be had are asked for again. */
  forgive(): void {
    this.#failures.clear();
  }

  isBroken(path: string): boolean {
    return (this.#failures.get(path) ?? 0) >= ATTEMPTS;
  }

  /** Calls back when something about this path's picture changes. */
  watch(path: string, onChange: () => void): () => void {
    let set = this.#watchers.get(path);
    if (!set) this.#watchers.set(path, (set = new Set()));
    set.add(onChange);
    return () => {
      set.delete(onChange);
      if (set.size === 0 && this.#watchers.get(path) === set) this.#watchers.delete(path);
    };
  }

  dispose(): void {
    this.#wanted = [];
    for (const request of this.#requests) request.controller.abort();
    for (const bitmap of this.#bitmaps.values()) bitmap.close();
    this.#bitmaps.clear();
  }

  #pump(): void {
    while (this.#requests.size < IN_FLIGHT) {
      const batch = new Set<string>();
      for (const path of this.#wanted) {
        if (batch.size === BATCH) break;
        if (this.#bitmaps.has(keyOf(path, this.#size)) || this.isBroken(path)) continue;
        if (![...this.#requests].some(request => request.paths.has(path))) batch.add(path);
      }
      if (batch.size === 0) return;
      void this.#load({ paths: batch, controller: new AbortController() });
    }
  }

  async #load(request: Request): Promise<void> {
    this.#requests.add(request);
    const size = this.#size;
    const paths = [...request.paths];
    try {
      const page = await this.#fetch(paths, size, request.controller.signal);
      await Promise.all(paths.map((path, i) => this.#decode(path, size, page, i)));
    } catch {
      // A request that failed as a whole counts against each picture: the tile says so, and the host has logged why.
      if (!request.controller.signal.aborted) for (const path of paths) this.#fail(path, 1);
    } finally {
      this.#requests.delete(request);
    }
    this.#pump();
  }

  async #decode(path: string, size: number, page: ThumbnailPage, i: number): Promise<void> {
    const from = page.offsets[i] ?? 0;
    const to = page.offsets[i + 1] ?? 0;
    if (to <= from) {
      this.#fail(path, ATTEMPTS);
      return;
    }
    try {
      // Copied, because a Blob may not be made over memory that could be shared.
      const bitmap = await createImageBitmap(new Blob([page.bytes.slice(from, to)], { type: 'image/webp' }));
      this.#keep(keyOf(path, size), bitmap);
      this.#failures.delete(path);
      this.#notify(path);
    } catch {
      this.#fail(path, ATTEMPTS);
    }
  }

  #keep(key: string, bitmap: ImageBitmap): void {
    this.#drop(key);
    this.#bitmaps.set(key, bitmap);
    this.#bytes += bytesOf(bitmap);
    for (const oldest of this.#bitmaps.keys()) {
      if (this.#bytes <= BUDGET_BYTES) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const bitmap = this.#bitmaps.get(key);
    if (!bitmap) return;
    this.#bitmaps.delete(key);
    this.#bytes -= bytesOf(bitmap);
    bitmap.close();
  }

  #fail(path: string, attempts: number): void {
    this.#failures.set(path, (this.#failures.get(path) ?? 0) + attempts);
    this.#notify(path);
  }

  #notify(path: string): void {
    for (const onChange of this.#watchers.get(path) ?? []) onChange();
  }
}

const keyOf = (path: string, size: number): string => `${size}:${path}`;
const bytesOf = (bitmap: ImageBitmap): number => bitmap.width * bitmap.height * 4;
