import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CancelledError, HeadwayError } from '../../../src/shared/errors.ts';
import {
  addDataset,
  datasetNames,
  datasetRoot,
  listDatasets,
  openDataset,
  removeDataset,
  summary,
} from '../../../src/engine/datasets/dataset.ts';
import { openStore } from '../../../src/engine/store/store.ts';
import { badImages, goodImages, jpeg, writeFiles } from '../../fixtures/images/makeImages.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** A workspace with a store; `files` are written below `photos`. */
async function setUp(files: Record<string, Uint8Array | string>) {
  const folder = temporaryFolder();
  const store = openStore(path.join(folder.path, 'cache'));
  await writeFiles(path.join(folder.path, 'photos'), files);
  return {
    workspace: folder.path,
    photos: path.join(folder.path, 'photos'),
    context: { store },
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

async function classes(counts: Record<string, number>, under = ''): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  let seed = under.length * 100;
  for (const [label, n] of Object.entries(counts))
    for (let i = 0; i < n; i++) files[`${under}${label}/${i}.jpg`] = await jpeg(seed++, 48, 40);
  return files;
}

const kinds = (problems: readonly { kind: string }[]): string[] => problems.map(p => p.kind).sort();
const dataError = (text: RegExp) => (error: unknown) =>
  error instanceof HeadwayError && error.code === 'data' && text.test(error.message);

test('class folders: classes by code point, pinned stratified split, the same for the same files and seed', async () => {
  using place = await setUp(await classes({ banana: 10, Apple: 10, 'été 🍋': 10 }));
  const { workspace, context } = place;
  const first = summary(await addDataset(workspace, { source: 'photos' }, context));
  assert.deepEqual(
    first.classes.map(c => c.name),
    ['Apple', 'banana', 'été 🍋'],
  );
  assert.equal(first.images, 30);
  assert.deepEqual(
    [first.name, first.source, first.layout, first.split.kind],
    ['photos', 'photos', 'folders', 'ratio'],
  );
  for (const { counts } of first.classes) assert.ok(counts.train === 7 && counts.validation >= 1 && counts.test >= 1);
  assert.deepEqual(first.problems, []);
  const again = summary(await addDataset(workspace, { source: 'photos', name: 'again' }, context));
  const other = summary(await addDataset(workspace, { source: 'photos', name: 'other', seed: 2 }, context));
  assert.equal(again.dataHash, first.dataHash);
  assert.notEqual(other.dataHash, first.dataHash);
  const splits = (name: string): string =>
    readFileSync(path.join(workspace, '.headway/datasets', name, 'splits.csv'), 'utf8');
  assert.equal(splits('again'), splits('photos'));
  assert.match(splits('photos'), /^path,split,group\nApple\/0\.jpg,(?:train|validation|test),\n/);
});

test('split folders under their various names are found, and an absent validation comes out of train', async () => {
  using place = await setUp({
    ...(await classes({ a: 12, b: 12 }, 'Training/')),
    ...(await classes({ a: 4, b: 4 }, 'test/')),
    'extra/x.jpg': await jpeg(900),
  });
  const opened = summary(await addDataset(place.workspace, { source: 'photos', ratio: [60, 20, 20] }, place.context));
  assert.equal(opened.layout, 'split-folders');
  assert.equal(opened.split.kind, 'given');
  assert.deepEqual(opened.splits, { train: 18, validation: 6, test: 8 });
});

test('a manifest with groups keeps them whole, and says when the source does not', async () => {
  const rows = Array.from(
    { length: 24 },
    (_, i) => `${i % 2 ? 'a' : 'b'}/${Math.floor(i / 2)}.jpg,${i % 2 ? 'A' : 'B'},,g${Math.floor(i / 4)}`,
  );
  using place = await setUp({
    ...(await classes({ a: 12, b: 12 })),
    'list.csv': ['path,label,split,group', ...rows].join('\n'),
  });
  const { workspace, context, photos } = place;
  const opened = await addDataset(workspace, { source: 'photos/list.csv' }, context);
  assert.equal(opened.file.split.groupBy, 'column');
  assert.equal(opened.root, photos);
  const splitsOf = new Map<string, Set<string>>();
  for (const image of opened.images)
    splitsOf.set(image.group, (splitsOf.get(image.group) ?? new Set<string>()).add(image.split));
  assert.equal(splitsOf.size, 6);
  assert.ok([...splitsOf.values()].every(splits => splits.size === 1));

  writeFileSync(
    path.join(photos, 'leaky.csv'),
    'path,label,split,group\na/0.jpg,A,train,g\na/1.jpg,A,test,g\nb/0.jpg,B,train,h\nb/1.jpg,B,test,i\n',
  );
  const leaky = await addDataset(workspace, { source: path.join(photos, 'leaky.csv'), ratio: [1, 0, 0] }, context);
  assert.deepEqual(kinds(leaky.problems), ['group-across-splits']);
  assert.match(leaky.problems[0]!.message, /"g".*train and test/);
  await assert.rejects(
    addDataset(workspace, { source: 'photos', groupBy: 'column', name: 'n' }, context),
    /no column "group"/,
  );
});

test('every odd file: the usable ones train, the others are listed by name with their reason', async () => {
  const good = await goodImages();
  const bad = await badImages();
  const files: Record<string, Uint8Array> = {};
  for (const [i, [name, bytes]] of Object.entries(good).entries())
    files[`${i % 2 ? 'odd #1' : '50% кот 🐱'}/${name}`] = bytes;
  for (const [name, { bytes }] of Object.entries(bad)) files[`odd #1/${name}`] = bytes;
  using place = await setUp(files);
  const opened = await addDataset(place.workspace, { source: 'photos' }, place.context);
  assert.deepEqual(opened.images.map(i => path.posix.basename(i.path)).sort(), Object.keys(good).sort());
  const found = new Map(opened.problems.map(p => [p.paths[0], p]));
  for (const [name, { kind }] of Object.entries(bad)) {
    const problem = found.get(`odd #1/${name}`);
    assert.equal(problem?.kind, kind, name);
    assert.ok(problem.message.startsWith(`odd #1/${name} `), problem.message);
  }
  assert.equal(opened.problems.length, Object.keys(bad).length);
});

test('problems of classes: empty, one image, names equal but for case, the same picture in two, loose files', async () => {
  const same = await jpeg(77);
  using place = await setUp({
    ...(await classes({ apple: 3, Apple: 3, solo: 1 })),
    'apple/same.jpg': same,
    'Apple/copy.jpg': same,
    'loose.jpg': await jpeg(78),
    'broken/x.jpg': 'text',
  });
  mkdirSync(path.join(place.photos, 'void'));
  const { problems, file } = await addDataset(place.workspace, { source: 'photos' }, place.context);
  assert.deepEqual(kinds(problems), [
    'empty-class',
    'empty-class',
    'in-two-classes',
    'same-class-by-case',
    'single-image-class',
    'unlabelled',
    'unreadable',
  ]);
  assert.deepEqual(file.classes, ['Apple', 'apple', 'solo']);
  const by = (kind: string): string =>
    problems
      .filter(p => p.kind === kind)
      .map(p => p.message)
      .join('\n');
  assert.match(by('empty-class'), /"void"[^]*"broken"/);
  assert.match(by('in-two-classes'), /Apple\/copy\.jpg.*apple\/same\.jpg/);
  assert.match(by('unlabelled'), /loose\.jpg/);
  assert.match(by('single-image-class'), /"solo"/);
});

test('nothing to train on: one sentence says what was looked for', async () => {
  using place = await setUp({ 'loose.jpg': await jpeg(1), 'only/a.jpg': await jpeg(2), 'notes/readme.txt': 'x' });
  const { workspace, context, photos } = place;
  const add = (source: string) => addDataset(workspace, { source }, context);
  await assert.rejects(add('nowhere'), dataError(/nowhere does not exist/));
  await assert.rejects(add('photos'), dataError(/one class only \("only"\).*at least two/));
  await assert.rejects(
    add('photos/only'),
    dataError(/no labelled pictures, but 1 without a label; it needs one folder per class/),
  );
  rmSync(path.join(photos, 'only'), { recursive: true });
  rmSync(path.join(photos, 'loose.jpg'));
  await assert.rejects(add('photos'), dataError(/photos has no labelled pictures; it needs one folder per class/));
  await writeFiles(photos, { 'a/1.jpg': 'text', 'b/2.jpg': 'text' });
  await assert.rejects(add('photos'), dataError(/None of the 2 pictures.*a\/1\.jpg is text/));
  assert.deepEqual(await datasetNames(workspace), []);
});

test('opening again: new files are unassigned, vanished ones missing, damaged ones out; the rest is as pinned', async () => {
  using place = await setUp(await classes({ a: 5, b: 5 }));
  const { workspace, context, photos } = place;
  const before = await addDataset(workspace, { source: 'photos' }, context);
  assert.equal((await openDataset(workspace, 'photos', context)).dataHash, before.dataHash);
  await writeFiles(photos, { 'a/new.jpg': await jpeg(500), 'c/new.jpg': await jpeg(501), 'b/1.jpg': '' });
  rmSync(path.join(photos, 'a/0.jpg'));
  const after = await openDataset(workspace, 'photos', context);
  assert.deepEqual(kinds(after.problems), ['empty-file', 'missing', 'single-image-class', 'unassigned']);
  const problem = (kind: string) => after.problems.find(p => p.kind === kind)!;
  assert.deepEqual(problem('unassigned').paths, ['a/new.jpg', 'c/new.jpg']);
  assert.match(problem('unassigned').message, /new classes: c/);
  assert.deepEqual(problem('missing').paths, ['a/0.jpg']);
  assert.equal(after.images.length, 8);
  const pinned = new Map(before.images.map(i => [i.path, i]));
  for (const image of after.images) assert.deepEqual(image, pinned.get(image.path));
  assert.notEqual(after.dataHash, before.dataHash);
});

test('names: taken, repeated source, automatic, forgotten', async () => {
  using place = await setUp(await classes({ a: 3, b: 3 }));
  const { workspace, context, photos } = place;
  await addDataset(workspace, { source: photos }, context);
  await assert.rejects(addDataset(workspace, { source: 'photos' }, context), /already the data set "photos"/);
  await assert.rejects(addDataset(workspace, { source: 'photos', name: 'PHOTOS' }, context), /already a data set/);
  await assert.rejects(addDataset(workspace, { source: 'photos', name: '../x' }, context), /cannot be a name/);
  await writeFiles(path.join(workspace, 'more/photos'), await classes({ a: 3, b: 3 }));
  assert.equal((await addDataset(workspace, { source: 'more/photos' }, context)).file.name, 'photos-2');
  assert.deepEqual(await datasetNames(workspace), ['photos', 'photos-2']);
  assert.equal(await datasetRoot(workspace, 'photos'), photos);
  await removeDataset(workspace, 'photos-2');
  assert.deepEqual(await datasetNames(workspace), ['photos']);
  await assert.rejects(removeDataset(workspace, 'photos-2'), /no data set "photos-2"/);
  await assert.rejects(openDataset(workspace, 'photos-2', context), /no data set "photos-2"/);
});

test('a damaged data set is told of and does not hide the others', async () => {
  using place = await setUp(await classes({ a: 3, b: 3 }));
  const { workspace, context } = place;
  await addDataset(workspace, { source: 'photos', name: 'good' }, context);
  const folder = path.join(workspace, '.headway/datasets');
  await writeFiles(folder, {
    'half/dataset.json': '{ "schema": 1, ',
    'future/dataset.json': '{ "schema": 2 }',
    'wrong/dataset.json': '{ "schema": 1 }',
    'unfinished/splits.csv': 'path,split,group\n',
  });
  const { datasets, problems } = await listDatasets(workspace, context);
  assert.deepEqual(
    datasets.map(d => d.name),
    ['good'],
  );
  assert.equal(problems.length, 3);
  assert.match(problems.join('\n'), /"future".*newer Headway[^]*"half".*not valid JSON[^]*"wrong"/);
  writeFileSync(path.join(folder, 'good/splits.csv'), 'path,split,group\na/0.jpg,nowhere,\n');
  await assert.rejects(openDataset(workspace, 'good', context), dataError(/splits\.csv.*"nowhere"/));
});

test(
  'links: to files and folders are followed, loops and dead ones are not',
  { skip: process.platform === 'win32' },
  async () => {
    using place = await setUp({
      ...(await classes({ a: 3, b: 3 })),
      '.hidden/x.jpg': await jpeg(1),
      'a/.secret.jpg': 'x',
    });
    const { photos } = place;
    symlinkSync('..', path.join(photos, 'a/loop'));
    symlinkSync('self', path.join(photos, 'a/self'));
    symlinkSync('nothing', path.join(photos, 'a/dead.jpg'));
    symlinkSync(path.join(photos, 'b/0.jpg'), path.join(photos, 'b/link.jpg'));
    symlinkSync(path.join(photos, 'b'), path.join(photos, 'c'));
    const opened = await addDataset(place.workspace, { source: 'photos' }, place.context);
    const paths = opened.images.map(i => i.path);
    assert.ok(paths.includes('b/link.jpg') && paths.includes('c/0.jpg'));
    assert.ok(
      !paths.some(p => p.includes('.hidden') || p.includes('.secret') || p.includes('loop/a/loop')),
      paths.join('\n'),
    );
    assert.deepEqual(
      opened.problems.filter(p => p.kind === 'missing').map(p => p.paths),
      [['a/dead.jpg']],
    );
  },
);

test('a cancelled scan throws and writes no data set', async () => {
  using place = await setUp(await classes({ a: 3, b: 3 }));
  const controller = new AbortController();
  const context = { ...place.context, signal: controller.signal, onProgress: () => controller.abort() };
  await assert.rejects(addDataset(place.workspace, { source: 'photos' }, context), CancelledError);
  assert.deepEqual(await datasetNames(place.workspace), []);
});
