/** Operations on single values and their histogram, value for value as Pillow's ImageOps, which torchvision uses on PIL images. */
import { mapValues, type Raster } from './raster.ts';

/** Keeps the `bits` highest bits of each value, 1 to 8. */
export function posterize(image: Raster, bits: number): Raster {
  const mask = 256 - 2 ** (8 - bits);
  return mapValues(
    image,
    Uint8Array.from({ length: 256 }, (_, i) => i & mask),
  );
}

/** Inverts values at or above the threshold, 0 to 255. */
export function solarize(image: Raster, threshold: number): Raster {
  return mapValues(
    image,
    Uint8Array.from({ length: 256 }, (_, i) => (i < threshold ? i : 255 - i)),
  );
}

/** Stretches each channel so that its darkest value is 0 and its brightest 255. An even channel stays. */
export function autoContrast(image: Raster): Raster {
  return mapValues(
    image,
    perChannel(image, counts => {
      const low = counts.findIndex(n => n > 0);
      const high = counts.findLastIndex(n => n > 0);
      if (high <= low) return value => value;
      const scale = 255 / (high - low);
      return value => value * scale - low * scale;
    }),
  );
}

/** Gives each channel an even histogram. */
export function equalize(image: Raster): Raster {
  return mapValues(
    image,
    perChannel(image, counts => {
      const last = counts.findLast(n => n > 0) ?? 0;
      const step = Math.floor((image.width * image.height - last) / 255);
      if (step === 0) return value => value;
      let below = Math.floor(step / 2);
      const table = Array.from(counts, n => {
        const value = Math.floor(below / step);
        below += n;
        return value;
      });
      return value => table[value]!;
    }),
  );
}

/** A table of 768 values: for each channel the function that `choose` gives for its histogram, cut to 0 to 255 and towards zero. */
function perChannel({ data }: Raster, choose: (counts: Uint32Array) => (value: number) => number): Uint8Array {
  const table = new Uint8Array(768);
  for (let channel = 0; channel < 3; channel++) {
    const counts = new Uint32Array(256);
    for (let i = channel; i < data.length; i += 3) counts[data[i]!]!++;
    const map = choose(counts);
    for (let i = 0; i < 256; i++) table[channel * 256 + i] = Math.min(255, Math.max(0, map(i)));
  }
  return table;
}
