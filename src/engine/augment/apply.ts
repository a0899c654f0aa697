import type { Random } from '../train/random.ts';
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './colour.ts';
import { erase, sampleErasure } from './erase.ts';
import { affine, affineMatrix, horizontalFlip, rotate, verticalFlip } from './geometry.ts';
import { uniform } from './ranges.ts';
import { meanColour, type Colour, type Raster } from './raster.ts';
import type { CompleteAugmentation, EraseValue, Fill } from './spec.ts';
import { trivialAugmentWide } from './trivialAugment.ts';

/** ImageNet's mean and standard deviation times 255: what normalisation takes to 0 and 1. */
const MEAN: Colour = [123.675, 116.28, 103.53];
const DEVIATION: Colour = [58.395, 57.12, 57.375];

/** An augmentation of pixels that are decoded: all but RandomResizedCrop. */
export type PixelAugmentation = Exclude<CompleteAugmentation, { name: 'RandomResizedCrop' }>;

/** The picture changed at random, of the same size. */
export function augmentPixels(image: Raster, augmentation: PixelAugmentation, random: Random): Raster {
  switch (augmentation.name) {
    case 'RandomHorizontalFlip':
      return random.next() < augmentation.p ? horizontalFlip(image) : image;
    case 'RandomVerticalFlip':
      return random.next() < augmentation.p ? verticalFlip(image) : image;
    case 'RandomRotation': {
      const { degrees, interpolation, fill } = augmentation;
      return rotate(image, uniform(random, degrees), interpolation, fillColour(image, fill));
    }
    case 'RandomAffine':
      return randomAffine(image, augmentation, random);
    case 'ColorJitter':
      return colorJitter(image, augmentation, random);
    case 'RandomErasing': {
      const { p, scale, ratio, value } = augmentation;
      const rectangle = random.next() < p ? sampleErasure(image, scale, ratio, random) : undefined;
      return rectangle ? erase(image, rectangle, erasing(value, random)) : image;
    }
    case 'TrivialAugmentWide': {
      const { num_magnitude_bins: bins, interpolation, fill } = augmentation;
      return trivialAugmentWide(image, bins, interpolation, fillColour(image, fill), random);
    }
  }
}

function randomAffine(
  image: Raster,
  { degrees, translate, scale, shear, interpolation, fill }: PixelAugmentation & { name: 'RandomAffine' },
  random: Random,
): Raster {
  const { width, height } = image;
  const shift = (largest: number): number => Math.round(uniform(random, [-largest, largest]));
  const matrix = affineMatrix({
    angle: uniform(random, degrees),
    translate: [shift(translate[0] * width), shift(translate[1] * height)],
    scale: uniform(random, scale),
    shear: [uniform(random, shear), 0],
    center: [width / 2, height / 2],
  });
  return affine(image, matrix, interpolation, fillColour(image, fill));
}

function colorJitter(
  image: Raster,
  { brightness, contrast, saturation, hue }: PixelAugmentation & { name: 'ColorJitter' },
  random: Random,
): Raster {
  const steps = [
    { range: brightness, still: 1, adjust: adjustBrightness },
    { range: contrast, still: 1, adjust: adjustContrast },
    { range: saturation, still: 1, adjust: adjustSaturation },
    { range: hue, still: 0, adjust: adjustHue },
  ].map(({ range, still, adjust }) => {
    const amount = uniform(random, range);
    return (picture: Raster) => (amount === still ? picture : adjust(picture, amount));
  });
  return random.shuffle(steps).reduce((picture, step) => step(picture), image);
}

function fillColour(image: Raster, fill: Fill): Colour {
  if (fill === 'mean') return meanColour(image);
  return typeof fill === 'number' ? [fill, fill, fill] : fill;
}

function erasing(value: EraseValue, random: Random): Colour | (() => Colour) {
  if (value === 'mean') return MEAN;
  if (value !== 'random') return typeof value === 'number' ? [value, value, value] : value;
  const noise = (channel: 0 | 1 | 2): number => MEAN[channel] + DEVIATION[channel] * random.normal();
  return () => [noise(0), noise(1), noise(2)];
}
