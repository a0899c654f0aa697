import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmentPixels, type PixelAugmentation } from '../../../src/engine/augment/apply.ts';
import { adjustBrightness, adjustContrast } from '../../../src/engine/augment/colour.ts';
import type { Raster } from '../../../src/engine/augment/raster.ts';
import { completeAugmentation, type Augmentation } from '../../../src/engine/augment/spec.ts';
import { TRIVIAL_OPERATIONS } from '../../../src/engine/augment/trivialAugment.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { PICTURES } from '../../fixtures/augment/pictures.ts';

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const key = ({ data }: Raster): string => Buffer.from(data).toString('base64');

/** `count` draws of one augmentation of one picture. */
function draws(image: Raster, augmentation: Augmentation, count: number): Raster[] {
  const complete = completeAugmentation(augmentation) as PixelAugmentation;
  const random = createRandom(11, augmentation.name);
  return Array.from({ length: count }, () => augmentPixels(image, complete, random));
}

function even(width: number, height: number, colour: readonly number[]): Raster {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!) };
}

test('flips and erasing happen with probability p', () => {
  const image = PICTURES['small']!;
  for (const name of ['RandomHorizontalFlip', 'RandomVerticalFlip', 'RandomErasing'] as const) {
    const changed = draws(image, { name, p: 0.3 }, 2000).map(out => (key(out) === key(image) ? 0 : 1));
    // Standard error 0.0102.
    assert.ok(Math.abs(mean(changed) - 0.3) < 0.04, `${name} ${mean(changed)}`);
  }
});

test('rotations turn counter-clockwise by angles uniform in the range', () => {
  // A bright spot to the right of the centre.
  const image = even(101, 101, [0, 0, 0]);
  for (let y = 48; y <= 52; y++) image.data.fill(255, (y * 101 + 88) * 3, (y * 101 + 93) * 3);
  const angles = draws(image, { name: 'RandomRotation', degrees: [-20, 60] }, 600).map(({ data }) => {
    let [sx, sy, sum] = [0, 0, 0];
    for (let i = 0; i < 101 * 101; i++) {
      sx += data[i * 3]! * ((i % 101) - 50);
      sy += data[i * 3]! * (Math.floor(i / 101) - 50);
      sum += data[i * 3]!;
    }
    return (Math.atan2(-sy / sum, sx / sum) * 180) / Math.PI;
  });
  assert.ok(Math.min(...angles) > -20.5 && Math.min(...angles) < -17, `${Math.min(...angles)}`);
  assert.ok(Math.max(...angles) < 60.5 && Math.max(...angles) > 57, `${Math.max(...angles)}`);
  // Standard error 0.94.
  assert.ok(Math.abs(mean(angles) - 20) < 4, `${mean(angles)}`);
});

test('RandomAffine shifts within its shares and fills with the mean colour when asked', () => {
  const image = even(50, 40, [200, 100, 50]);
  image.data.fill(0, 0, 3);
  const still = { name: 'RandomAffine', degrees: 0, fill: 255, interpolation: 'nearest' } as const;
  const places = draws(image, { ...still, translate: [0.2, 0.1] }, 300).map(({ data }) => {
    const at = data.findIndex(value => value === 0) / 3;
    return [at % 50, Math.floor(at / 50)] as const;
  });
  const seen = places.filter(([x]) => x >= 0);
  // The dark corner is seen where the shift is not to the left or up.
  assert.ok(seen.length > 40 && seen.length < 140, `${seen.length}`);
  assert.ok(Math.max(...seen.map(([x]) => x)) === 10 && Math.max(...seen.map(([, y]) => y)) === 4);
  const [mixed] = draws(even(50, 40, [200, 100, 50]), { ...still, translate: [1, 1], fill: 'mean' }, 1);
  assert.equal(key(mixed!), key(even(50, 40, [200, 100, 50])));
});

test('ColorJitter draws factors in the range and the order of its steps', () => {
  const grey = even(4, 4, [100, 100, 100]);
  const levels = draws(grey, { name: 'ColorJitter', brightness: [0.5, 1.5] }, 1000).map(({ data }) => data[0]!);
  assert.ok(Math.min(...levels) >= 49 && Math.min(...levels) < 53 && Math.max(...levels) > 147);
  assert.ok(Math.max(...levels) <= 150 && Math.abs(mean(levels) - 99.5) < 4, `${mean(levels)}`);
  const image = PICTURES['small']!;
  const both = draws(image, { name: 'ColorJitter', brightness: [1.6, 1.6], contrast: [1.7, 1.7] }, 60);
  assert.deepEqual(
    new Set(both.map(key)),
    new Set([
      key(adjustContrast(adjustBrightness(image, 1.6), 1.7)),
      key(adjustBrightness(adjustContrast(image, 1.7), 1.6)),
    ]),
  );
  for (const out of draws(image, { name: 'ColorJitter' }, 5)) assert.equal(key(out), key(image), 'nothing to change');
});

test('TrivialAugmentWide draws every operation, bin and sign, and nothing else', () => {
  const image = PICTURES['small']!;
  const possible = Object.values(TRIVIAL_OPERATIONS).flatMap(({ magnitude, signed, apply }) =>
    (magnitude ? [0, 1, 2] : [0]).flatMap(bin =>
      (signed ? [1, -1] : [1]).map(sign => key(apply(image, sign * (magnitude?.(bin, 3) ?? 0), 'bilinear', [9, 9, 9]))),
    ),
  );
  const drawn = draws(image, { name: 'TrivialAugmentWide', num_magnitude_bins: 3, fill: 9 }, 2500).map(key);
  assert.deepEqual(new Set(drawn), new Set(possible));
});

test('erasing draws over with the mean colour, a colour or noise', () => {
  const black = even(60, 60, [0, 0, 0]);
  const erased = (value: 'mean' | 'random' | readonly [number, number, number]): number[][] =>
    draws(black, { name: 'RandomErasing', p: 1, scale: 0.3, value }, 8).flatMap(({ data }) =>
      Array.from({ length: 3600 }, (_, i) => [...data.subarray(i * 3, i * 3 + 3)]).filter(pixel => pixel.some(v => v)),
    );
  assert.ok(erased('mean').every(pixel => pixel.join() === '124,116,104'));
  assert.ok(erased([7, 8, 9]).every(pixel => pixel.join() === '7,8,9'));
  const noise = erased('random');
  const red = noise.map(pixel => pixel[0]!);
  const deviation = Math.sqrt(mean(red.map(v => (v - mean(red)) ** 2)));
  // Cutting to 0 to 255 takes a little from the deviation of 58.4.
  assert.ok(Math.abs(mean(red) - 123.7) < 2 && deviation > 55 && deviation < 58.4, `${mean(red)} ± ${deviation}`);
});
