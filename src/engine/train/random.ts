/** Seeded random numbers. The same seed and stream give the same numbers on every platform. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Uniform integer in [0, n), n up to 2^32. */
  int(n: number): number;
  /** Shuffles in place (Fisher–Yates) and returns the array. */
  shuffle<T>(array: T[]): T[];
  shuffle<T extends Int32Array | Uint32Array>(array: T): T;
}

/** splitmix32 (Steele, Lea, Flood 2014, 32-bit constants): spreads a seed over the generator's state. */
function splitmix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

/** sfc32 (Doty-Humphrey, PractRand). `stream` gives independent sequences for one seed, e.g. a parameter's name. */
export function createRandom(seed: number, stream = ''): Random {
  const mix = splitmix(Math.trunc(seed) ^ Math.trunc(seed / 0x1_0000_0000) ^ (stream === '' ? 0 : hash(stream)));
  let a = mix();
  let b = mix();
  let c = mix();
  let counter = 1;
  const uint = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint();
  const next = (): number => uint() / 0x1_0000_0000;
  const int = (n: number): number => Math.floor(next() * n);
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const shuffle = <T extends { length: number; [i: number]: unknown }>(array: T): T => {
    for (let i = array.length - 1; i > 0; i--) {
      const j = int(i + 1);
      const swap = array[i];
      array[i] = array[j];
      array[j] = swap;
    }
    return array;
  };
  return { next, normal, int, shuffle: shuffle };
}
