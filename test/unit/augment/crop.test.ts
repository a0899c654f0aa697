import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleCrop } from '../../../src/engine/augment/crop.ts';
import { erase, sampleErasure, type Rectangle } from '../../../src/engine/augment/erase.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { PICTURES } from '../../fixtures/augment/pictures.ts';

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function inside({ left, top, width, height }: Rectangle, whole: { width: number; height: number }): void {
  assert.ok([left, top, width, height].every(Number.isInteger));
  assert.ok(left >= 0 && top >= 0 && width > 0 && height > 0);
  assert.ok(left + width <= whole.width && top + height <= whole.height);
}

test('crops have the area and shape asked for, uniform in area and in the logarithm of the shape', () => {
  const whole = { width: 1000, height: 1000 };
  const random = createRandom(1, 'crops');
  const crops = Array.from({ length: 4000 }, () => sampleCrop(1000, 1000, [0.2, 0.5], [3 / 4, 4 / 3], random));
  const areas: number[] = [];
  const shapes: number[] = [];
  for (const crop of crops) {
    inside(crop, whole);
    areas.push((crop.width * crop.height) / 1e6);
    shapes.push(Math.log(crop.width / crop.height));
  }
  // Sides are whole pixels of at least 387.
  assert.ok(Math.min(...areas) > 0.199 && Math.max(...areas) < 0.501);
  assert.ok(Math.min(...areas) < 0.21 && Math.max(...areas) > 0.49);
  assert.ok(Math.max(...shapes.map(Math.abs)) < Math.log(4 / 3) + 0.003);
  // Standard errors: area 0.0866 / 63, shape 0.166 / 63.
  assert.ok(Math.abs(mean(areas) - 0.35) < 0.006);
  assert.ok(Math.abs(mean(shapes)) < 0.011);
  // The place is uniform over what fits.
  const places = crops.map(({ left, width }) => left / (1000 - width));
  assert.ok(Math.abs(mean(places) - 0.5) < 0.02 && Math.min(...places) < 0.01 && Math.max(...places) > 0.99);
});

test('where no part fits, the largest centred part of an allowed shape', () => {
  const random = createRandom(2);
  const never = (width: number, height: number): Rectangle => sampleCrop(width, height, [1, 1], [3 / 4, 4 / 3], random);
  assert.deepEqual(never(900, 300), { left: 250, top: 0, width: 400, height: 300 });
  assert.deepEqual(never(300, 900), { left: 0, top: 250, width: 300, height: 400 });
  assert.deepEqual(never(1, 5000), { left: 0, top: 2499, width: 1, height: 1 });
});

test('crops of pictures of any shape lie inside', () => {
  const random = createRandom(3);
  for (let i = 0; i < 3000; i++) {
    const whole = { width: 1 + random.int(i % 2 ? 10 : 4000), height: 1 + random.int(i % 3 ? 4000 : 10) };
    inside(sampleCrop(whole.width, whole.height, [0.08, 1], [3 / 4, 4 / 3], random), whole);
  }
});

test('erased rectangles have the area and shape asked for and are the only change', () => {
  const random = createRandom(4);
  const image = PICTURES['large']!;
  for (let i = 0; i < 2000; i++) {
    const rectangle = sampleErasure(image, [0.1, 0.2], [0.5, 2], random);
    assert.ok(rectangle);
    inside(rectangle, image);
    const share = (rectangle.width * rectangle.height) / (224 * 224);
    assert.ok(share > 0.095 && share < 0.206, `${share}`);
    const shape = rectangle.height / rectangle.width;
    assert.ok(shape > 0.48 && shape < 2.08, `${shape}`);
  }
  const part = { left: 30, top: 50, width: 20, height: 10 };
  const erased = erase(image, part, [1, 2.4, 300]);
  for (let y = 0; y < 224; y++)
    for (let x = 0; x < 224; x++) {
      const at = (y * 224 + x) * 3;
      const within = x >= 30 && x < 50 && y >= 50 && y < 60;
      const expected = within ? [1, 2, 255] : [...image.data.subarray(at, at + 3)];
      assert.deepEqual([...erased.data.subarray(at, at + 3)], expected);
    }
  assert.equal(sampleErasure({ width: 4, height: 4 }, [1, 1], [1, 1], random), undefined);
});
