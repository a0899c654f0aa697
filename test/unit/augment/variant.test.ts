import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { sampleCrop } from '../../../src/engine/augment/crop.ts';
import { parseAugmentations } from '../../../src/engine/augment/parse.ts';
import { augmentationPreview } from '../../../src/engine/augment/preview.ts';
import { AUGMENTATION_NAMES } from '../../../src/engine/augment/spec.ts';
import { decodeVariant, variantStream } from '../../../src/engine/augment/variant.ts';
import { decodeForBackbone, type ImageRecipe } from '../../../src/engine/images/decode.ts';
import { sharp } from '../../../src/engine/images/sharp.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { CancelledError, messageOf } from '../../../src/shared/errors.ts';
import { badImages, goodImages, picture } from '../../fixtures/images/makeImages.ts';

const recipe = { resizeShort: 256, crop: 224, kernel: 'cubic' } as const;
const small: ImageRecipe = { resizeShort: 36, crop: 32, kernel: 'cubic' };

const variant = (input: string | Uint8Array, names: string[], seed = 1, stream = 'a/0'): Promise<Uint8Array> =>
  decodeVariant(input, recipe, parseAugmentations(names), seed, stream);

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

test('an empty list is the plain picture, byte for byte, for every kind of file', async () => {
  for (const [name, bytes] of Object.entries(await goodImages()))
    assert.deepEqual(await variant(bytes, []), await decodeForBackbone(bytes, recipe), name);
});

test('every augmentation keeps the size for every kind of file, and the same seed and stream give the same pixels', async () => {
  for (const [name, bytes] of Object.entries(await goodImages()))
    for (const augmentation of [...AUGMENTATION_NAMES, 'strong'])
      for (const stream of ['x/0', 'x/1']) {
        const list = parseAugmentations([augmentation]);
        const once = await decodeVariant(bytes, small, list, 7, stream);
        assert.equal(once.length, 32 * 32 * 3, `${name} ${augmentation}`);
        assert.deepEqual(await decodeVariant(bytes, small, list, 7, stream), once, `${name} ${augmentation}`);
      }
});

test('seeds and streams give different variants', async () => {
  const bytes = await picture(320, 240, 3).jpeg().toBuffer();
  const variants = await Promise.all(
    [1, 2, 3].flatMap(seed => [0, 1, 2].map(k => variant(bytes, ['standard'], seed, variantStream('hash', k)))),
  );
  assert.equal(new Set(variants.map(pixels => Buffer.from(pixels).toString('base64'))).size, 9);
});

test('one more augmentation leaves the draws of the others', async () => {
  const bytes = await picture(320, 240, 3).jpeg().toBuffer();
  for (const stream of ['a', 'b', 'c']) {
    const crop = await variant(bytes, ['RandomResizedCrop'], 1, stream);
    assert.deepEqual(await variant(bytes, ['RandomHorizontalFlip:0', 'RandomResizedCrop'], 1, stream), crop);
    const twice = await variant(
      bytes,
      ['RandomResizedCrop', 'RandomHorizontalFlip:1', 'RandomHorizontalFlip:1'],
      1,
      stream,
    );
    assert.deepEqual(Buffer.from(twice), crop, 'a flip of a flip');
  }
});

test('a certain flip is the mirror image', async () => {
  const bytes = await picture(300, 260, 4).png().toBuffer();
  const plain = await decodeForBackbone(bytes, recipe);
  const raw = { raw: { width: 224, height: 224, channels: 3 } } as const;
  assert.deepEqual(
    Buffer.from(await variant(bytes, ['RandomHorizontalFlip:1'])),
    await sharp(plain, raw).flop().raw().toBuffer(),
  );
  assert.deepEqual(
    Buffer.from(await variant(bytes, ['RandomVerticalFlip:1'])),
    await sharp(plain, raw).flip().raw().toBuffer(),
  );
});

test('a crop of the whole is the whole picture resized', async () => {
  const bytes = await picture(300, 300, 5).png().toBuffer();
  const whole = await sharp(bytes).resize(224, 224, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
  assert.deepEqual(Buffer.from(await variant(bytes, ['RandomResizedCrop:1-1,ratio=1'])), whole);
});

test('a large JPEG, which is shrunk while decoding, gives the crop that its pixels give', async () => {
  const jpeg = await picture(2600, 1950, 6).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
  for (const stream of ['a', 'e']) {
    const random = createRandom(1, `${stream}/RandomResizedCrop/0`);
    const part = sampleCrop(2600, 1950, [0.3, 0.9], [3 / 4, 4 / 3], random);
    assert.ok(Math.min(part.width, part.height) >= 4 * 224, 'large enough to be shrunk');
    assert.ok(part.left >= 12 && part.top >= 12 && part.left + part.width <= 2588 && part.top + part.height <= 1938);
    const png = await sharp(jpeg).png({ compressionLevel: 1 }).toBuffer();
    const found = await variant(jpeg, ['RandomResizedCrop:0.3-0.9'], 1, stream);
    const moved = async (by: number): Promise<number> => {
      const place = { ...part, left: part.left + by, top: part.top + by };
      const pixels = sharp(png).extract(place).resize(224, 224, { fit: 'fill', kernel: 'cubic' });
      return meanDifference(found, await pixels.raw().toBuffer());
    };
    // It may be off by half an output pixel, here 2 to 4 pixels of the file.
    const [exact, moreBy12, lessBy12] = [await moved(0), await moved(12), await moved(-12)];
    assert.ok(exact < 2 && exact < moreBy12 / 2 && exact < lessBy12 / 2, `${exact}, moved ${moreBy12} and ${lessBy12}`);
  }
});

test('all eight EXIF orientations give the same variants, small and shrunk while decoding', async () => {
  const stored: Record<number, (s: ReturnType<typeof sharp>) => ReturnType<typeof sharp>> = {
    1: s => s,
    2: s => s.flop(),
    3: s => s.rotate(180),
    4: s => s.flip(),
    6: s => s.rotate(270),
    8: s => s.rotate(90),
  };
  for (const [width, height] of [
    [320, 240],
    [1400, 1100],
  ] as const) {
    const png = await picture(width, height, 6).png().toBuffer();
    const list = parseAugmentations(['RandomResizedCrop:0.9']);
    const size: ImageRecipe = { ...recipe, crop: 200 };
    const expected = await decodeVariant(png, size, list, 1, 'exif');
    for (const [orientation, turn] of Object.entries(stored)) {
      const bytes = await turn(sharp(png)).jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer();
      const tagged = await sharp(bytes)
        .withMetadata({ orientation: Number(orientation) })
        .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
        .toBuffer();
      const difference = meanDifference(await decodeVariant(tagged, size, list, 1, 'exif'), expected);
      assert.ok(difference < 1, `${width} x ${height}, orientation ${orientation} differs by ${difference}`);
    }
  }
});

test('very thin and very small pictures can be cropped', async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 3000],
    [20000, 2],
    [3, 2],
  ] as const) {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
    for (const stream of ['a', 'b', 'c']) {
      const pixels = await variant(bytes, ['RandomResizedCrop'], 1, stream);
      assert.deepEqual([...pixels.subarray(0, 3)], [0x33, 0x66, 0x99], `${width} x ${height}`);
    }
  }
});

test('files that cannot be decoded give the error that the plain picture gives', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'headway-augment-'));
  try {
    for (const [name, { bytes }] of Object.entries(await badImages())) {
      const file = path.join(folder, name);
      await writeFile(file, bytes);
      const plain: unknown = await decodeForBackbone(file, recipe).catch((error: unknown) => error);
      if (!(plain instanceof Error)) continue;
      for (const names of [['RandomRotation'], ['RandomResizedCrop:1-1,ratio=0.05-20']]) {
        const error: unknown = await variant(file, names).catch((caught: unknown) => caught);
        assert.ok(error instanceof Error, `${name} ${names.join()} gives a picture`);
        assert.equal(messageOf(error).split('\n')[0], messageOf(plain).split('\n')[0], `${name} ${names.join()}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an aborted signal cancels', async () => {
  const bytes = await picture().jpeg().toBuffer();
  for (const names of [[], ['RandomRotation'], ['RandomResizedCrop']])
    await assert.rejects(
      decodeVariant(bytes, recipe, parseAugmentations(names), 1, 'a', AbortSignal.abort()),
      CancelledError,
    );
});

test('previews are files of the variants that training sees', async () => {
  const bytes = await picture(320, 240, 8).jpeg().toBuffer();
  const list = parseAugmentations(['standard']);
  const previews = await augmentationPreview(bytes, recipe, list, 5, 3, 'hash');
  assert.equal(previews.length, 3);
  for (const [k, webp] of previews.entries()) {
    const { data, info } = await sharp(webp).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.format], [224, 224, 'raw']);
    const pixels = await decodeVariant(bytes, recipe, list, 5, variantStream('hash', k));
    assert.ok(meanDifference(data, pixels) < 6);
  }
});
