import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inspectImage, problemOf } from '../../../src/engine/images/inspect.ts';
import { decodeForBackbone } from '../../../src/engine/images/decode.ts';
import { badImages, goodImages, picture } from '../../fixtures/images/makeImages.ts';

const recipe = { resizeShort: 256, crop: 224, kernel: 'cubic' } as const;
let good: Awaited<ReturnType<typeof goodImages>>;
let bad: Awaited<ReturnType<typeof badImages>>;

before(async () => {
  [good, bad] = await Promise.all([goodImages(), badImages()]);
});

test('every usable kind of picture passes and decodes to the size of the recipe', async () => {
  for (const [name, bytes] of Object.entries(good)) {
    const facts = await inspectImage(bytes);
    assert.equal(facts.problem, undefined, `${name}: ${JSON.stringify(facts)}`);
    const pixels = await decodeForBackbone(bytes, recipe);
    assert.equal(pixels.length, 224 * 224 * 3, name);
    assert.ok(new Set(pixels).size > 20, `${name} decodes to a nearly even area`);
  }
});

test('every unusable file is a problem of the right kind with its reason', async () => {
  for (const [name, { bytes, kind }] of Object.entries(bad)) {
    const facts = await inspectImage(bytes);
    assert.equal(facts.problem, kind, `${name}: ${JSON.stringify(facts)}`);
    assert.match(facts.message, /^(?:is|has|cannot) \S/, name);
  }
});

test('reasons say in plain words what the file is', async () => {
  const message = async (name: string): Promise<string> => {
    const facts = await inspectImage(bad[name]!.bytes);
    return facts.problem ? facts.message : 'no problem';
  };
  assert.match(await message('text.jpg'), /is text/);
  assert.match(await message('page.png'), /web page/);
  assert.match(await message('old.bmp'), /BMP.*save it as/);
  assert.match(await message('20000x20000.png'), /20000 x 20000 = 400 million pixels.*limit of 268 million/);
});

test('the pixel limit also holds where a file was not inspected', async () => {
  await assert.rejects(
    decodeForBackbone(bad['20000x20000.png']!.bytes, recipe),
    error => problemOf(error).problem === 'too-large',
  );
});

test('bytes after the end do no harm', async () => {
  const bytes = Buffer.concat([good['plain.jpg']!, Buffer.from('appended by some camera')]);
  assert.equal((await inspectImage(bytes)).problem, undefined);
});

test('the header gives size, format and orientation', async () => {
  assert.deepEqual(await inspectImage(good['rotated.jpg']!), {
    width: 320,
    height: 240,
    format: 'jpeg',
    orientation: 6,
  });
  assert.deepEqual(await inspectImage(await picture(50, 40).webp().toBuffer()), {
    width: 50,
    height: 40,
    format: 'webp',
    orientation: 1,
  });
});
