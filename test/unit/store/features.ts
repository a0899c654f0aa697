export const DIMENSIONS = 1280;
export const KEY = { backbone: 'b', boundary: 'pool', preprocessing: 'p' };

export const nameOf = (seed: number, i: number): string => `${seed}-${i}`.padStart(64, '0');

/** The features that belong to a hash: a mix-up or a torn row shows. */
export function featureOf(hash: string): Float32Array {
  let state = [...Buffer.from(hash)].reduce((a, b) => (a * 31 + b) % 65_521, 7);
  return Float32Array.from({ length: DIMENSIONS }, () => (state = (state * 48_271) % 65_521));
}
