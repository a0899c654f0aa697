import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { CancelledError, HeadwayError } from '../../../src/shared/errors.ts';
import { createGarden, type GardenSummary } from '../../../src/engine/sample/garden.ts';
import { readGardenTruth, type GardenTruth } from '../../../src/engine/sample/truth.ts';

interface Row {
  path: string;
  label: string;
  split: string;
  group: string;
}

const IMAGES_PER_CLASS = 10;
let temp: string;
before(async () => (temp = await mkdtemp(path.join(tmpdir(), 'headway-garden-'))));
after(() => rm(temp, { recursive: true, force: true }));

/** SHA-256 of every file below a folder, by path. */
async function hashes(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    found[path.relative(folder, file)] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  }
  return found;
}

async function readManifest(file: string): Promise<Row[]> {
  return parse(await readFile(file), { columns: true });
}

/** The picture in 24 x 24 grey values of mean 0 and length 1. */
async function signature(file: string, mirrored: boolean): Promise<number[]> {
  const { data } = await sharp(await readFile(file))
    .flop(mirrored)
    .greyscale()
    .resize(24, 24, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const values = [...data];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const length = Math.hypot(...values.map(value => value - mean));
  return values.map(value => (value - mean) / length);
}

async function correlation(a: string, b: string, mirrored: boolean): Promise<number> {
  const [x, y] = [await signature(a, mirrored), await signature(b, false)];
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0);
}

describe('a Garden', () => {
  let directory: string;
  let summary: GardenSummary;
  let rows: Row[];
  let truth: GardenTruth;
  const progress: number[] = [];

  before(async () => {
    directory = path.join(temp, 'garden');
    summary = await createGarden({
      directory,
      imagesPerClass: IMAGES_PER_CLASS,
      onProgress: done => progress.push(done),
    });
    rows = await readManifest(summary.manifest);
    truth = await readGardenTruth(directory);
  });

  it('has the images of its manifest and no other files', async () => {
    const found = await hashes(directory);
    const expected = [...rows.map(row => row.path), 'README.md', 'manifest.csv', 'truth.json'];
    assert.deepEqual(
      Object.keys(found)
        .map(file => file.replaceAll(path.sep, '/'))
        .sort(),
      expected.sort(),
    );
    assert.equal(new Set(Object.values(found)).size, expected.length, 'no two files are equal');
    assert.equal(summary.images, rows.length);
    assert.equal(summary.reused, false);
  });

  it('reports progress for every image', () => {
    assert.deepEqual(
      progress,
      rows.map((_, i) => i + 1),
    );
  });

  it('holds JPEG images of 180 to 320 pixels a side', async () => {
    for (const row of rows) {
      const { format, width, height } = await sharp(path.join(directory, row.path)).metadata();
      assert.equal(format, 'jpeg');
      assert.ok(Math.min(width, height) >= 175 && Math.max(width, height) <= 320, `${row.path}: ${width} x ${height}`);
    }
  });

  it('files every image under its given label, each group in one split', () => {
    assert.ok(rows.every(row => row.path.startsWith(`images/${row.label}/`)));
    const splits = new Map(rows.map(row => [row.group, row.split]));
    assert.ok(rows.every(row => splits.get(row.group) === row.split));
    const counts = { train: 0, validation: 0, test: 0 };
    for (const row of rows) counts[row.split as keyof typeof counts]++;
    assert.deepEqual(counts, truth.splits);
  });

  it('names wrong labels that differ from the truth, in files that exist', () => {
    assert.ok(truth.wrongLabels.length > 0);
    const classOf = new Map(truth.drawings.map(d => [d.group, d.class]));
    for (const wrong of truth.wrongLabels) {
      const row = rows.find(r => r.path === wrong.path);
      assert.equal(row?.label, wrong.label);
      assert.notEqual(wrong.label, wrong.truth);
      assert.equal(classOf.get(row.group), wrong.truth);
    }
    const wrongPaths = new Set(truth.wrongLabels.map(w => w.path));
    assert.ok(rows.every(r => wrongPaths.has(r.path) || classOf.get(r.group) === r.label));
  });

  it('has near-duplicates that are near, unlike other pairs', async () => {
    assert.ok(truth.nearDuplicates.length >= 3);
    for (const { path: copy, of, kind } of truth.nearDuplicates) {
      const near = await correlation(path.join(directory, copy), path.join(directory, of), kind === 'mirrored');
      assert.ok(near > 0.8, `${copy} and ${of} (${kind}): ${near}`);
    }
    const [a, b] = [rows[0]!, rows.at(-1)];
    assert.ok((await correlation(path.join(directory, a.path), path.join(directory, b.path), false)) < 0.8);
  });

  it('leaks one image from train into test', async () => {
    assert.equal(truth.leaks.length, 1);
    const { train, test, kind } = truth.leaks[0]!;
    assert.equal(rows.find(r => r.path === train)?.split, 'train');
    assert.equal(rows.find(r => r.path === test)?.split, 'test');
    const near = await correlation(path.join(directory, test), path.join(directory, train), kind === 'mirrored');
    assert.ok(near > 0.8, `${near}`);
  });

  it('credits the drawings', async () => {
    const readme = await readFile(path.join(directory, 'README.md'), 'utf8');
    for (const name of ['OpenMoji', 'CC BY-SA 4.0', 'Twemoji', 'Noto Emoji', 'Microsoft'])
      assert.ok(readme.includes(name), name);
  });

  it('has the same bytes when made again, others with another seed', async () => {
    const made = await hashes(directory);
    const again = path.join(temp, 'again');
    await createGarden({ directory: again, imagesPerClass: IMAGES_PER_CLASS });
    assert.deepEqual(await hashes(again), made);
    await createGarden({ directory: again, imagesPerClass: 2, seed: 2 });
    const other = Object.values(await hashes(again));
    assert.ok(other.every(hash => !Object.values(made).includes(hash)));
  });

  it('is used again when it is the same and whole', async () => {
    const options = { directory: path.join(temp, 'reused'), imagesPerClass: 1 };
    const made = await createGarden(options);
    assert.deepEqual(await createGarden(options), { ...made, reused: true });
    const image = path.join(options.directory, 'images/apple/0001.jpg');
    await rm(image);
    assert.equal((await createGarden(options)).reused, false);
    assert.ok(existsSync(image));
  });
});

describe('the folder of a Garden', () => {
  it('is refused when it holds other files, which stay', async () => {
    const directory = path.join(temp, 'mine');
    await mkdir(directory);
    await writeFile(path.join(directory, 'notes.txt'), 'mine');
    await assert.rejects(
      createGarden({ directory }),
      (error: unknown) =>
        error instanceof HeadwayError && error.code === 'invalid' && error.message.includes(directory),
    );
    await writeFile(path.join(directory, 'truth.json'), '{"seed":1}');
    await assert.rejects(createGarden({ directory }), { code: 'invalid' });
    assert.deepEqual((await readdir(directory)).sort(), ['notes.txt', 'truth.json']);
  });

  it('is refused when it is a file', async () => {
    const file = path.join(temp, 'file');
    await writeFile(file, '');
    await assert.rejects(createGarden({ directory: file }), { code: 'io' });
  });

  it('is left as it was after a cancel', async () => {
    const directory = path.join(temp, 'cancelled');
    await mkdir(path.join(directory, '.headway'), { recursive: true });
    const controller = new AbortController();
    const onProgress = (done: number): void => {
      if (done === 5) controller.abort();
    };
    await assert.rejects(createGarden({ directory, signal: controller.signal, onProgress }), CancelledError);
    assert.deepEqual(await readdir(directory), ['.headway']);
    const absent = path.join(temp, 'absent');
    await assert.rejects(createGarden({ directory: absent, signal: controller.signal }), CancelledError);
    assert.equal(existsSync(absent), false);
  });

  it('is made anew over one that a crash cut off, keeping files that are not part of it', async () => {
    const directory = path.join(temp, 'crashed');
    await mkdir(path.join(directory, 'images/apple'), { recursive: true });
    await writeFile(path.join(directory, '.garden-unfinished.json'), '{}');
    await writeFile(path.join(directory, 'images/apple/0999.jpg'), 'half');
    await writeFile(path.join(directory, 'images/apple/mine.png'), 'mine');
    await createGarden({ directory, imagesPerClass: 1 });
    assert.equal(existsSync(path.join(directory, 'images/apple/0999.jpg')), false);
    assert.equal(await readFile(path.join(directory, 'images/apple/mine.png'), 'utf8'), 'mine');
    assert.equal(existsSync(path.join(directory, '.garden-unfinished.json')), false);
    assert.equal((await readGardenTruth(directory)).imagesPerClass, 1);
  });
});
