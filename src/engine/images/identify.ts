import { hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { messageOf, throwIfAborted } from '../../shared/errors.ts';
import { isMissing } from '../files/atomic.ts';
import { forEachConcurrent } from '../files/concurrent.ts';
import type { FileEntry, ImageFacts, Store } from '../store/store.ts';
import { inspectImage } from './inspect.ts';

/** Content hash (SHA-256, hex) and facts of a file; `missing` when there is none, `unreadable` when the system refuses to give it. */
export type Identity =
  { hash: string; facts: ImageFacts } | { hash?: undefined; missing: true } | { hash?: undefined; unreadable: string };

export interface IdentifyOptions {
  signal?: AbortSignal | undefined;
  /** Called after every file. */
  onFile?: () => void;
}

const STATS_AT_ONCE = 32;
const READS_AT_ONCE = 8;
/** New rows go to the store in groups of this many, so that a cancelled scan keeps what it has done. */
const GROUP = 256;
/** Milliseconds: a file changed this recently may change again within the clock's resolution, so its hash is not remembered. */
const SETTLED = 50;

/**
 * Identifies files by absolute path, in the order given. A file whose size and time of change are those stored is not read again.
 */
export async function identifyFiles(
  store: Store,
  paths: readonly string[],
  options: IdentifyOptions = {},
): Promise<Identity[]> {
  const { signal, onFile } = options;
  const known = store.files(paths);
  const result = new Array<Identity | undefined>(paths.length);
  const changed: number[] = [];
  const unchanged: number[] = [];
  await forEachConcurrent(
    paths,
    STATS_AT_ONCE,
    async (file, i) => {
      const state = await stateOf(file);
      const entry = known[i];
      if (!('size' in state)) {
        result[i] = state;
        onFile?.();
      } else if (entry && entry.size === state.size && entry.mtime === state.mtime) unchanged.push(i);
      else changed.push(i);
    },
    signal,
  );
  const facts = store.images(unchanged.map(i => known[i]!.hash));
  for (const [k, i] of unchanged.entries()) {
    const fact = facts[k];
    if (!fact) {
      changed.push(i);
      continue;
    }
    result[i] = { hash: known[i]!.hash, facts: fact };
    onFile?.();
  }
  await identifyChanged(store, paths, changed, result, options);
  throwIfAborted(signal);
  return result.map(identity => identity!);
}

async function identifyChanged(
  store: Store,
  paths: readonly string[],
  changed: readonly number[],
  result: (Identity | undefined)[],
  { signal, onFile }: IdentifyOptions,
): Promise<void> {
  let files: FileEntry[] = [];
  let images: { hash: string; facts: ImageFacts }[] = [];
  const flush = (): void => {
    if (files.length > 0) store.putFiles(files);
    if (images.length > 0) store.putImages(images);
    files = [];
    images = [];
  };
  try {
    await forEachConcurrent(
      changed,
      READS_AT_ONCE,
      async i => {
        const { identity, entry } = await identifyOne(store, paths[i]!);
        result[i] = identity;
        if (entry) files.push(entry);
        if (identity.hash !== undefined) images.push({ hash: identity.hash, facts: identity.facts });
        if (images.length >= GROUP) flush();
        onFile?.();
      },
      signal,
    );
  } finally {
    flush();
  }
}

async function identifyOne(store: Store, file: string): Promise<{ identity: Identity; entry?: FileEntry }> {
  const before = await stateOf(file);
  if (!('size' in before)) return { identity: before };
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return { identity: refused(error) };
  }
  const digest = hash('sha256', bytes, 'hex');
  const [stored] = store.images([digest]);
  const identity = { hash: digest, facts: stored ?? (await inspectImage(bytes)) };
  const settled = Date.now() - before.mtime > SETTLED && bytes.length === before.size;
  return settled ? { identity, entry: { path: file, ...before, hash: digest } } : { identity };
}

async function stateOf(
  file: string,
): Promise<{ size: number; mtime: number } | Extract<Identity, { hash?: undefined }>> {
  try {
    const { size, mtimeMs } = await stat(file);
    return { size, mtime: mtimeMs };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Extract<Identity, { hash?: undefined }> {
  return isMissing(error) ? { missing: true } : { unreadable: messageOf(error) };
}
