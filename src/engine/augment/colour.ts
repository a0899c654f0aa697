/**
 * Brightness, contrast, saturation, sharpness and hue, value for value as torchvision does them on PIL images
 * (`torchvision.transforms.v2.functional.adjust_*`, which are Pillow's ImageEnhance; hue goes through Pillow's 8-bit HSV).
 * Pillow computes in 32-bit floats, hence `Math.fround`.
 */
import { luma, mapValues, type Raster } from './raster.ts';

/** Blends with black: 0 is black, 1 the picture, above 1 brighter. */
export function adjustBrightness(image: Raster, factor: number): Raster {
  return mapValues(image, blendTable(0, factor));
}

/** Blends with the even grey of the mean luma: 0 is that grey, 1 the picture. */
export function adjustContrast(image: Raster, factor: number): Raster {
  const { data } = image;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i]!, data[i + 1]!, data[i + 2]!);
  return mapValues(image, blendTable(Math.floor(sum / (data.length / 3) + 0.5), factor));
}

/** Blends with the picture in grey: 0 is grey, 1 the picture, above 1 more colourful. */
export function adjustSaturation(image: Raster, factor: number): Raster {
  const { data } = image;
  const grey = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3)
    grey[i] = grey[i + 1] = grey[i + 2] = luma(data[i]!, data[i + 1]!, data[i + 2]!);
  return blend(grey, image, factor);
}

/** Blends with the picture smoothed by [1 1 1; 1 5 1; 1 1 1] / 13 (its border unchanged): 0 is smooth, above 1 sharper. */
export function adjustSharpness(image: Raster, factor: number): Raster {
  const { data, width, height } = image;
  const smooth = data.slice();
  const row = width * 3;
  for (let y = 1; y < height - 1; y++)
    for (let i = y * row + 3, end = (y + 1) * row - 3; i < end; i++) {
      const above = data[i - row - 3]! + data[i - row]! + data[i - row + 3]!;
      const below = data[i + row - 3]! + data[i + row]! + data[i + row + 3]!;
      smooth[i] = (above + below + data[i - 3]! + 5 * data[i]! + data[i + 3]!) / 13 + 0.5;
    }
  return blend(smooth, image, factor);
}

/** Turns the hue by `shift` of the circle, -0.5 to 0.5. */
export function adjustHue(image: Raster, shift: number): Raster {
  const { data } = image;
  const out = new Uint8Array(data.length);
  const turn = Math.trunc(shift * 255) & 255;
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!;
    const g = data[i + 1]!;
    const b = data[i + 2]!;
    const value = r > g ? (r > b ? r : b) : g > b ? g : b;
    const range = value - (r < g ? (r < b ? r : b) : g < b ? g : b);
    const saturation = range === 0 ? 0 : (Math.fround(range / value) * 255) | 0;
    if (saturation === 0) {
      out[i] = out[i + 1] = out[i + 2] = value;
      continue;
    }
    const sixth =
      r === value
        ? Math.fround((value - b) / range) - Math.fround((value - g) / range)
        : g === value
          ? 2 + Math.fround((value - r) / range) - Math.fround((value - b) / range)
          : 4 + Math.fround((value - g) / range) - Math.fround((value - r) / range);
    // Modulo 1 (red's sector begins below 0); adding 1 first rounds as Pillow does.
    const turned = Math.fround(sixth) / 6 + 1;
    const circle = turned < 1 ? turned : turned - 1;
    const hue = (((Math.fround(circle) * 255) | 0) + turn) & 255;

    const angle = Math.fround((hue * 6) / 255);
    const sector = angle | 0;
    const f = angle - sector;
    const s = Math.fround(saturation / 255);
    const p = (value * (1 - s) + 0.5) | 0;
    const q = (value * (1 - Math.fround(s * f)) + 0.5) | 0;
    const t = (value * (1 - s * (1 - f)) + 0.5) | 0;
    out[i] = sector === 1 ? q : sector === 2 || sector === 3 ? p : sector === 4 ? t : value;
    out[i + 1] = sector === 0 || sector === 6 ? t : sector === 1 || sector === 2 ? value : sector === 3 ? q : p;
    out[i + 2] = sector === 2 ? t : sector === 3 || sector === 4 ? value : sector === 5 ? q : p;
  }
  return { ...image, data: out };
}

/** `from + factor * (image - from)`, cut to 0 to 255 and towards zero (Pillow's Image.blend). */
function blend(from: Uint8Array, image: Raster, factor: number): Raster {
  const { data } = image;
  const out = new Uint8Array(data.length);
  const product = products(factor);
  for (let i = 0; i < data.length; i++) {
    const a = from[i]!;
    const value = Math.fround(a + product[data[i]! - a + 255]!) | 0;
    out[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
  return { ...image, data: out };
}

function blendTable(from: number, factor: number): Uint8Array {
  const product = products(factor);
  return Uint8Array.from({ length: 256 }, (_, i) =>
    Math.min(255, Math.max(0, Math.fround(from + product[i - from + 255]!))),
  );
}

/** The 32-bit float `factor * d` for d = -255 to 255. */
function products(factor: number): Float32Array {
  const single = Math.fround(factor);
  return Float32Array.from({ length: 511 }, (_, i) => single * (i - 255));
}
