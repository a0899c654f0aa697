import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { sharp } from '../../../src/engine/images/sharp.ts';
import { thumbnails } from '../../../src/engine/images/thumbnail.ts';
import { openStore } from '../../../src/engine/store/store.ts';
import { jpeg, picture, writeFiles } from '../../fixtures/images/makeImages.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

test('thumbnails are upright WebPs in the order asked for; what cannot be read has an empty slot', async () => {
  using folder = temporaryFolder();
  using store = openStore(path.join(folder.path, 'cache'));
  const one = await jpeg(1);
  await writeFiles(folder.path, {
    'a.jpg': one,
    'b.jpg': 'not a picture',
    'c.jpg': await picture(300, 100, 2).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'same as a.jpg': one,
    'small.png': await picture(20, 10).png().toBuffer(),
  });
  const paths = ['a.jpg', 'b.jpg', 'gone.jpg', 'c.jpg', 'same as a.jpg', 'small.png'].map(f =>
    path.join(folder.path, f),
  );
  const page = await thumbnails(store, paths, 96);
  assert.equal(page.offsets.length, paths.length + 1);
  assert.equal(page.offsets.at(-1), page.bytes.length);
  const slot = (i: number): Uint8Array => page.bytes.subarray(page.offsets[i], page.offsets[i + 1]);
  const size = async (i: number): Promise<[string, number, number]> => {
    const { format, width, height } = await sharp(slot(i)).metadata();
    return [format, width, height];
  };
  assert.deepEqual(await size(0), ['webp', 96, 72]);
  assert.equal(slot(1).length, 0);
  assert.equal(slot(2).length, 0);
  assert.deepEqual(await size(3), ['webp', 32, 96]);
  assert.deepEqual(slot(4), slot(0));
  assert.deepEqual(await size(5), ['webp', 20, 10]);
});

test('a picture is asked for again by its content: a new name needs no decoding', async () => {
  using folder = temporaryFolder();
  using store = openStore(path.join(folder.path, 'cache'));
  await writeFiles(folder.path, { 'a.jpg': await jpeg(1), 'b.jpg': await jpeg(1) });
  const [a, b] = ['a.jpg', 'b.jpg'].map(name => path.join(folder.path, name));
  const first = await thumbnails(store, [a!], 64);
  await rm(a!);
  assert.deepEqual((await thumbnails(store, [b!], 64)).bytes, first.bytes);
});
