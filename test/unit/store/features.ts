import type { Store } from '../../../src/engine/store/store.ts';

export const DIMENSIONS = 1280;
export const KEY = { backbone: 'b', boundary: 'pool', preprocessing: 'p' };

export const nameOf = (seed: number, i: number): string => `${seed}-${i}`.padStart(64, '0');

/** The features that belong to a hash: a mix-up or a torn row shows. */
export function featureOf(hash: string): Float32Array {
  let state = [...Buffer.from(hash)].reduce((a, b) => (a * 31 + b) % 65_521, 7);
  return Float32Array.from({ length: DIMENSIONS }, () => (state = (state * 48_271) % 65_521));
}

/** Stores rows of `values` [hashes.length, DIMENSIONS]. */
export function putRows(store: Store, hashes: readonly string[], values: Float32Array): void {
  const bytes = (i: number) => new Uint8Array(values.buffer, values.byteOffset + i * DIMENSIONS * 4, DIMENSIONS * 4);
  store.putFeatures(
    KEY,
    hashes.map((hash, i) => ({ hash, bytes: bytes(i) })),
  );
}

/** Reads rows into `into` [hashes.length, dimensions]; 1 for each that was found. */
export function readRows(
  store: Store,
  hashes: readonly string[],
  into: Float32Array,
  { key = KEY, dimensions = DIMENSIONS } = {},
): Uint8Array {
  return store.readFeatures(key, hashes, dimensions * 4, (i, bytes) =>
    new Uint8Array(into.buffer, i * dimensions * 4, dimensions * 4).set(bytes),
  );
}
