import type { Random } from '../train/random.ts';
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from './colour.ts';
import { affine, affineMatrix, rotate, type AffineParameters, type Interpolation } from './geometry.ts';
import type { Colour, Raster } from './raster.ts';
import { autoContrast, equalize, posterize, solarize } from './tone.ts';

export interface TrivialOperation {
  /** Magnitude of bin i of n; undefined for operations without one. */
  magnitude?: (i: number, n: number) => number;
  /** Whether the magnitude is negative half of the times. */
  signed: boolean;
  apply: (image: Raster, magnitude: number, interpolation: Interpolation, fill: Colour) => Raster;
}

/** torch.linspace in 32-bit floats: counted from the nearer end. */
const linear =
  (from: number, to: number) =>
  (i: number, n: number): number => {
    const step = Math.fround((Math.fround(to) - from) / (n - 1));
    return i < Math.floor(n / 2) ? Math.fround(from + step * i) : Math.fround(Math.fround(to) - step * (n - 1 - i));
  };

const STILL: AffineParameters = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0], center: [0, 0] };

const moved =
  (parameters: (magnitude: number) => Partial<AffineParameters>): TrivialOperation['apply'] =>
  (image, magnitude, interpolation, fill) =>
    affine(image, affineMatrix({ ...STILL, ...parameters(magnitude) }), interpolation, fill);

const degreesOf = (slope: number): number => (Math.atan(slope) * 180) / Math.PI;

/** The 14 operations with the wide ranges of TrivialAugment (Müller and Hutter 2021), in torchvision's order. */
export const TRIVIAL_OPERATIONS: Readonly<Record<string, TrivialOperation>> = {
  Identity: { signed: false, apply: image => image },
  ShearX: { magnitude: linear(0, 0.99), signed: true, apply: moved(m => ({ shear: [degreesOf(m), 0] })) },
  ShearY: { magnitude: linear(0, 0.99), signed: true, apply: moved(m => ({ shear: [0, degreesOf(m)] })) },
  TranslateX: { magnitude: linear(0, 32), signed: true, apply: moved(m => ({ translate: [Math.trunc(m), 0] })) },
  TranslateY: { magnitude: linear(0, 32), signed: true, apply: moved(m => ({ translate: [0, Math.trunc(m)] })) },
  Rotate: { magnitude: linear(0, 135), signed: true, apply: rotate },
  Brightness: { magnitude: linear(0, 0.99), signed: true, apply: (image, m) => adjustBrightness(image, 1 + m) },
  Color: { magnitude: linear(0, 0.99), signed: true, apply: (image, m) => adjustSaturation(image, 1 + m) },
  Contrast: { magnitude: linear(0, 0.99), signed: true, apply: (image, m) => adjustContrast(image, 1 + m) },
  Sharpness: { magnitude: linear(0, 0.99), signed: true, apply: (image, m) => adjustSharpness(image, 1 + m) },
  Posterize: { magnitude: (i, n) => Math.round(8 - (6 * i) / (n - 1)), signed: false, apply: posterize },
  Solarize: { magnitude: linear(1, 0), signed: false, apply: (image, m) => solarize(image, 255 * m) },
  AutoContrast: { signed: false, apply: autoContrast },
  Equalize: { signed: false, apply: equalize },
};

const OPERATIONS = Object.values(TRIVIAL_OPERATIONS);

/** One random operation at one random magnitude. */
export function trivialAugmentWide(
  image: Raster,
  bins: number,
  interpolation: Interpolation,
  fill: Colour,
  random: Random,
): Raster {
  const { magnitude, signed, apply } = OPERATIONS[random.int(OPERATIONS.length)]!;
  const size = magnitude ? magnitude(random.int(bins), bins) : 0;
  return apply(image, signed && random.next() <= 0.5 ? -size : size, interpolation, fill);
}
