import type { Random } from './random.ts';

/** Pixels in rows from the top, three bytes (sRGB) each. */
export interface Canvas {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** Red, green, blue in 0..255. */
export type Colour = readonly [number, number, number];

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, data: new Uint8ClampedArray(width * height * 3) };
}

/** `hue` in degrees, `saturation` and `value` in 0..1. */
export function hsv(hue: number, saturation: number, value: number): Colour {
  const channel = (n: number): number => {
    const k = (n + hue / 60) % 6;
    return 255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Sets every pixel to the mixture of two colours that `share` (0..1) gives for its position. */
export function fill(canvas: Canvas, a: Colour, b: Colour, share: (x: number, y: number) => number): void {
  const { width, height, data } = canvas;
  const [dr, dg, db] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const t = share(x, y);
      data[i] = a[0] + dr * t;
      data[i + 1] = a[1] + dg * t;
      data[i + 2] = a[2] + db * t;
    }
  }
}

/** Lays a colour over every pixel with the opacity (0..1) that `opacity` gives for its position. */
export function overlay(canvas: Canvas, colour: Colour, opacity: (x: number, y: number) => number): void {
  const { width, height, data } = canvas;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const t = opacity(x, y);
      if (t <= 0) continue;
      data[i] = data[i]! + (colour[0] - data[i]!) * t;
      data[i + 1] = data[i + 1]! + (colour[1] - data[i + 1]!) * t;
      data[i + 2] = data[i + 2]! + (colour[2] - data[i + 2]!) * t;
    }
  }
}

/**
 * Fractal value noise in 0..1, one number per pixel. `cellX` and `cellY` are the sizes in pixels of the coarsest lattice; each further
 * octave halves both cell and weight.
 */
export function noiseField(
  random: Random,
  width: number,
  height: number,
  cellX: number,
  cellY: number,
  octaves: number,
): Float32Array {
  const field = new Float32Array(width * height);
  let weightSum = 0;
  for (let octave = 0; octave < octaves; octave++) {
    const weight = 0.5 ** octave;
    weightSum += weight;
    addOctave(random, field, width, height, Math.max(2, cellX * weight), Math.max(2, cellY * weight), weight);
  }
  for (let i = 0; i < field.length; i++) field[i] = field[i]! / weightSum;
  return field;
}

function addOctave(
  random: Random,
  field: Float32Array,
  width: number,
  height: number,
  cellX: number,
  cellY: number,
  weight: number,
): void {
  const columns = Math.ceil(width / cellX) + 2;
  const rows = Math.ceil(height / cellY) + 2;
  const lattice = Float32Array.from({ length: columns * rows }, () => random.next() * weight);
  const cell = new Int32Array(width);
  const part = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    cell[x] = Math.floor(x / cellX);
    part[x] = smoothstep(0, 1, x / cellX - cell[x]!);
  }
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / cellY);
    const fy = smoothstep(0, 1, y / cellY - row);
    for (let x = 0; x < width; x++, i++) {
      const at = row * columns + cell[x]!;
      const fx = part[x]!;
      const top = lattice[at]! + (lattice[at + 1]! - lattice[at]!) * fx;
      const low = lattice[at + columns]! + (lattice[at + columns + 1]! - lattice[at + columns]!) * fx;
      field[i] = field[i]! + top + (low - top) * fy;
    }
  }
}
