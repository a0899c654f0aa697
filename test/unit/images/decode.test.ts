import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancelledError } from '../../../src/shared/errors.ts';
import { decodeForBackbone, preprocessingId } from '../../../src/engine/images/decode.ts';
import { sharp } from '../../../src/engine/images/sharp.ts';
import { pattern, picture } from '../../fixtures/images/makeImages.ts';

const recipe = { resizeShort: 256, crop: 224, kernel: 'cubic' } as const;

/** Largest difference over all values, and their mean. */
function difference(a: Uint8Array, b: Uint8Array): { max: number; mean: number } {
  assert.equal(a.length, b.length);
  let max = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    max = Math.max(max, d);
    sum += d;
  }
  return { max, mean: sum / a.length };
}

const pixel = (pixels: Uint8Array, x: number, y: number): number[] => [
  ...pixels.subarray((y * 224 + x) * 3, (y * 224 + x) * 3 + 3),
];

async function evenColour(bytes: Uint8Array): Promise<number[]> {
  return pixel(await decodeForBackbone(bytes, recipe), 112, 112);
}

const near = (actual: number[], expected: number[], by: number): void =>
  assert.ok(
    actual.every((v, i) => Math.abs(v - expected[i]!) <= by),
    `${actual.join()} is not near ${expected.join()}`,
  );

test('a picture of 256 x 256 is only cropped', async () => {
  const pixels = await decodeForBackbone(await picture(256, 256, 3).png().toBuffer(), recipe);
  const all = pattern(256, 256, 3);
  const crop = new Uint8Array(224 * 224 * 3);
  for (let y = 0; y < 224; y++)
    crop.set(all.subarray(((y + 16) * 256 + 16) * 3, ((y + 16) * 256 + 240) * 3), y * 224 * 3);
  assert.deepEqual(difference(pixels, crop), { max: 0, mean: 0 });
});

test('the recipe is the centre square of 224/256 of the short side, resized bicubically', async () => {
  const square = await picture(480, 480, 4).png().toBuffer();
  const wide = await picture(640, 480, 4).png().toBuffer();
  const direct = (bytes: Uint8Array, left: number): Promise<Uint8Array> =>
    sharp(bytes)
      .extract({ left, top: 30, width: 420, height: 420 })
      .resize(224, 224, { kernel: 'cubic' })
      .raw()
      .toBuffer();
  const exact = difference(await decodeForBackbone(square, recipe), await direct(square, 30));
  // Only the border differs: there the crop has no neighbours when it is cut first.
  assert.ok(exact.mean < 0.1, `mean ${exact.mean}`);
  // The long side is rounded to whole pixels before the crop, which may move it by half a pixel.
  const pixels = await decodeForBackbone(wide, recipe);
  const off = async (left: number): Promise<number> => difference(pixels, await direct(wide, left)).mean;
  const [centred, left, right] = [await off(110), await off(104), await off(116)];
  assert.ok(centred < 1.5 && centred < left && centred < right, `${centred}, moved ${left} and ${right}`);
});

test('shrinking a large JPEG while decoding changes almost nothing', async () => {
  const bytes = await picture(2400, 1800, 5).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  // A PNG of the same pixels cannot be shrunk at load.
  const whole = await sharp(bytes).png().toBuffer();
  const { max, mean } = difference(await decodeForBackbone(bytes, recipe), await decodeForBackbone(whole, recipe));
  assert.ok(max <= 12 && mean < 0.8, `max ${max}, mean ${mean}`);
});

test('all eight EXIF orientations give the same upright picture', async () => {
  const upright = picture(320, 240, 6);
  const expected = await decodeForBackbone(await upright.clone().png().toBuffer(), recipe);
  // How the camera stored it, so that the orientation turns it upright.
  const stored: Record<number, (s: ReturnType<typeof sharp>) => ReturnType<typeof sharp>> = {
    1: s => s,
    2: s => s.flop(),
    3: s => s.rotate(180),
    4: s => s.flip(),
    6: s => s.rotate(270),
    8: s => s.rotate(90),
  };
  for (const [orientation, turn] of Object.entries(stored)) {
    const bytes = await turn(sharp(await upright.clone().png().toBuffer()))
      .png()
      .toBuffer();
    const tagged = await sharp(bytes)
      .withMetadata({ orientation: Number(orientation) })
      .png()
      .toBuffer();
    const { max } = difference(await decodeForBackbone(tagged, recipe), expected);
    assert.ok(max <= 2, `orientation ${orientation} differs by ${max}`);
  }
});

test('colour: profile to sRGB, CMYK, grey, 16 bit, transparency on white', async () => {
  const orange = [200, 100, 50];
  const even = sharp({ create: { width: 300, height: 300, channels: 3, background: { r: 200, g: 100, b: 50 } } });
  near(await evenColour(await even.clone().withIccProfile('p3').png().toBuffer()), orange, 2);
  near(await evenColour(await even.clone().toColourspace('rgb16').png().toBuffer()), orange, 1);
  near(await evenColour(await even.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()), orange, 35);
  const grey = await evenColour(await even.clone().greyscale().png().toBuffer());
  assert.ok(grey[0] === grey[1] && grey[1] === grey[2], grey.join());
  const half = sharp({
    create: { width: 30, height: 30, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
  });
  near(await evenColour(await half.png().toBuffer()), [255, 127, 127], 1);
});

test('an animation gives its first frame', async () => {
  const frames = await Promise.all(
    ['#ff0000', '#0000ff'].map(background =>
      sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animation = sharp(frames, { join: { animated: true } });
  near(await evenColour(await animation.clone().gif().toBuffer()), [255, 0, 0], 4);
  near(await evenColour(await animation.clone().webp({ lossless: true }).toBuffer()), [255, 0, 0], 4);
});

test('an aborted signal cancels', async () => {
  await assert.rejects(
    decodeForBackbone(await picture().png().toBuffer(), recipe, AbortSignal.abort()),
    CancelledError,
  );
});

test('the preprocessing id tells recipes apart', () => {
  const ids = [
    recipe,
    { ...recipe, crop: 200 },
    { ...recipe, resizeShort: 300 },
    { ...recipe, kernel: 'linear' as const },
  ].map(preprocessingId);
  assert.equal(new Set(ids).size, ids.length);
});
