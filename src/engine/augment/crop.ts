import type { Random } from '../train/random.ts';
import type { Rectangle } from './erase.ts';
import { logUniform, uniform, type Range } from './ranges.ts';

/**
 * RandomResizedCrop's part of a picture (torchvision's `make_params`): an area that is a share of the picture in `scale`, width / height in
 * `ratio`. When ten tries found none that fits, the largest centred part whose shape is in `ratio`.
 */
export function sampleCrop(width: number, height: number, scale: Range, ratio: Range, random: Random): Rectangle {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * uniform(random, scale);
    const aspect = logUniform(random, ratio);
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height)
      return { top: random.int(height - h + 1), left: random.int(width - w + 1), width: w, height: h };
  }
  const shape = width / height;
  const w = shape > ratio[1] ? Math.min(width, Math.max(1, Math.round(height * ratio[1]))) : width;
  const h = shape < ratio[0] ? Math.min(height, Math.max(1, Math.round(width / ratio[0]))) : height;
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}
