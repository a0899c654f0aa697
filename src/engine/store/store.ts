import { statSync } from 'node:fs';
import type { ProblemKind } from '../../shared/dataset.ts';
import { Connection, type OnMessage } from './connection.ts';

/** What a file held when it was last hashed. `mtime` in milliseconds, `hash` is the SHA-256 of its bytes in hex. */
export interface FileEntry {
  path: string;
  size: number;
  mtime: number;
  hash: string;
}

/** What is known of an image's content: its header, or why it cannot be used. Width and height are as stored, before `orientation`. */
export type ImageFacts =
  | { width: number; height: number; format: string; orientation: number; problem?: undefined }
  | { problem: ProblemKind; message: string };

/** Which features: all three parts must be equal for a stored vector to be used. */
export interface FeatureKey {
  /** SHA-256 of the backbone's file, hex. */
  backbone: string;
  boundary: string;
  /** Id of the image recipe and decoder. */
  preprocessing: string;
}

/**
 * Opens (or makes) the cache database in `directory`. Any number of processes may have it open. It never throws for the state of the
 * file: a damaged one is moved aside, a newer one left alone, and where nothing can be written it lives in memory; `onMessage` says so.
 */
export function openStore(directory: string, onMessage: OnMessage = () => undefined): Store {
  return new Store(new Connection(directory, onMessage));
}

/** The cache: file hashes, image facts, features, thumbnails. Losing it loses time, never data. */
export class Store implements Disposable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Path of the database file. */
  get path(): string {
    return this.#connection.path;
  }

  /** Bytes on disk, with SQLite's log; 0 in memory. */
  sizeBytes(): number {
    return ['', '-wal']
      .map(suffix => statSync(this.path + suffix, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((a, b) => a + b, 0);
  }

  /** The entry of each absolute path, or undefined. */
  files(paths: readonly string[]): (FileEntry | undefined)[] {
    return this.#read(paths, () => {
      const select = this.#connection.prepare('SELECT size, mtime, hash FROM files WHERE path = ?');
      return path => {
        const row = select.get(path);
        return row && { path, size: Number(row.size), mtime: Number(row.mtime), hash: String(row.hash) };
      };
    });
  }

  putFiles(entries: readonly FileEntry[]): void {
    this.#connection.transaction(() => {
      const insert = this.#connection.prepare(
        'INSERT OR REPLACE INTO files (path, size, mtime, hash) VALUES (?, ?, ?, ?)',
      );
      for (const e of entries) insert.run(e.path, e.size, e.mtime, e.hash);
    });
  }

  /** The facts of each content hash, or undefined. */
  images(hashes: readonly string[]): (ImageFacts | undefined)[] {
    return this.#read(hashes, () => {
      const select = this.#connection.prepare('SELECT * FROM images WHERE hash = ?');
      return hash => {
        const row = select.get(hash);
        if (!row) return undefined;
        if (typeof row.problem === 'string')
          return { problem: row.problem as ProblemKind, message: String(row.message) };
        return {
          width: Number(row.width),
          height: Number(row.height),
          format: String(row.format),
          orientation: Number(row.orientation),
        };
      };
    });
  }

  putImages(entries: readonly { hash: string; facts: ImageFacts }[]): void {
    this.#connection.transaction(() => {
      const insert = this.#connection.prepare(
        'INSERT OR REPLACE INTO images (hash, width, height, format, orientation, problem, message) VALUES (?, ?, ?, ?, ?, ?, ?)',
      );
      for (const { hash, facts } of entries) {
        if (facts.problem) insert.run(hash, null, null, null, null, facts.problem, facts.message);
        else insert.run(hash, facts.width, facts.height, facts.format, facts.orientation, null, null);
      }
    });
  }

  /**
   * Calls `onRow` with the stored bytes of each hash that has a row of exactly `rowBytes`; the array is only lent.
   * Returns 1 for each that was found, else 0.
   */
  readFeatures(
    key: FeatureKey,
    hashes: readonly string[],
    rowBytes: number,
    onRow: (index: number, bytes: Uint8Array) => void,
  ): Uint8Array {
    const found = new Uint8Array(hashes.length);
    this.#connection.guarded(
      () => {
        const space = this.#space(key);
        if (space === undefined) return;
        const select = this.#connection.prepare('SELECT value FROM features WHERE space = ? AND hash = ?');
        for (let i = 0; i < hashes.length; i++) {
          const value = select.get(space, hashes[i]!)?.value;
          if (!(value instanceof Uint8Array) || value.byteLength !== rowBytes) continue;
          onRow(i, value);
          found[i] = 1;
        }
      },
      () => found.fill(0),
    );
    return found;
  }

  /** How many of the hashes have features. */
  countFeatures(key: FeatureKey, hashes: readonly string[]): number {
    return this.#connection.guarded(
      () => {
        const space = this.#space(key);
        if (space === undefined) return 0;
        const select = this.#connection.prepare('SELECT 1 FROM features WHERE space = ? AND hash = ?');
        return hashes.reduce((n, hash) => n + (select.get(space, hash) ? 1 : 0), 0);
      },
      () => 0,
    );
  }

  /** Stores the rows' bytes in one transaction. */
  putFeatures(key: FeatureKey, rows: readonly { hash: string; bytes: Uint8Array }[]): void {
    if (rows.length === 0) return;
    this.#connection.transaction(() => {
      this.#connection
        .prepare('INSERT OR IGNORE INTO spaces (backbone, boundary, preprocessing) VALUES (?, ?, ?)')
        .run(key.backbone, key.boundary, key.preprocessing);
      const space = this.#space(key)!;
      const insert = this.#connection.prepare('INSERT OR REPLACE INTO features (space, hash, value) VALUES (?, ?, ?)');
      for (const { hash, bytes } of rows) insert.run(space, hash, bytes);
    });
  }

  /** The WebP of each content hash at `size`, or undefined. */
  thumbnails(hashes: readonly string[], size: number): (Uint8Array | undefined)[] {
    return this.#read(hashes, () => {
      const select = this.#connection.prepare('SELECT webp FROM thumbnails WHERE hash = ? AND size = ?');
      return hash => {
        const webp = select.get(hash, size)?.webp;
        return webp instanceof Uint8Array ? webp : undefined;
      };
    });
  }

  putThumbnails(size: number, entries: readonly { hash: string; webp: Uint8Array }[]): void {
    this.#connection.transaction(() => {
      const insert = this.#connection.prepare('INSERT OR REPLACE INTO thumbnails (hash, size, webp) VALUES (?, ?, ?)');
      for (const e of entries) insert.run(e.hash, size, e.webp);
    });
  }

  /** A small remembered value, e.g. a calibration of this machine. */
  setting(key: string): string | undefined {
    const [value] = this.#read([key], () => {
      const select = this.#connection.prepare('SELECT value FROM settings WHERE key = ?');
      return k => select.get(k)?.value;
    });
    return typeof value === 'string' ? value : undefined;
  }

  putSetting(key: string, value: string): void {
    this.#connection.transaction(() => {
      this.#connection.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)').run(key, value);
    });
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  #space(key: FeatureKey): number | undefined {
    const row = this.#connection
      .prepare('SELECT id FROM spaces WHERE backbone = ? AND boundary = ? AND preprocessing = ?')
      .get(key.backbone, key.boundary, key.preprocessing);
    return row && Number(row.id);
  }

  #read<T>(keys: readonly string[], prepare: () => (key: string) => T | undefined): (T | undefined)[] {
    return this.#connection.guarded(
      () => {
        const lookUp = prepare();
        return keys.map(key => lookUp(key));
      },
      () => keys.map(() => undefined),
    );
  }
}
