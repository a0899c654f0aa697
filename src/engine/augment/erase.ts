import type { Random } from '../train/random.ts';
import type { Colour, Raster } from './raster.ts';
import { uniform, logUniform, type Range } from './ranges.ts';

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * RandomErasing's rectangle (Zhong et al. 2020, as torchvision draws it): an area that is a share of the picture in `scale`, height / width
 * in `ratio`. Undefined when ten tries found none that fits.
 */
export function sampleErasure(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  scale: Range,
  ratio: Range,
  random: Random,
): Rectangle | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * uniform(random, scale);
    const aspect = logUniform(random, ratio);
    const h = Math.round(Math.sqrt(area * aspect));
    const w = Math.round(Math.sqrt(area / aspect));
    if (h < height && w < width)
      return { top: random.int(height - h + 1), left: random.int(width - w + 1), width: w, height: h };
  }
  return undefined;
}

/** The rectangle filled with a colour, or pixel by pixel with what a function gives (values are rounded and cut to 0 to 255). */
export function erase(image: Raster, rectangle: Rectangle, colour: Colour | (() => Colour)): Raster {
  const data = Uint8ClampedArray.from(image.data);
  const { left, top, width, height } = rectangle;
  for (let y = top; y < top + height; y++)
    for (let x = left; x < left + width; x++)
      data.set(typeof colour === 'function' ? colour() : colour, (y * image.width + x) * 3);
  return { ...image, data: new Uint8Array(data.buffer) };
}
