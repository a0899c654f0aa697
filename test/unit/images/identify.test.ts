import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { CancelledError } from '../../../src/shared/errors.ts';
import { identifyFiles } from '../../../src/engine/images/identify.ts';
import { openStore } from '../../../src/engine/store/store.ts';
import { jpeg, writeFiles } from '../../fixtures/images/makeImages.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const PAST = new Date('2024-01-02T03:04:05.678Z');

test('a file is read again when its size or time changes, and only then', async () => {
  using folder = temporaryFolder();
  using store = openStore(path.join(folder.path, 'cache'));
  const file = path.join(folder.path, 'a.jpg');
  await writeFiles(folder.path, { 'a.jpg': await jpeg(1) });
  await utimes(file, PAST, PAST);
  const [first] = await identifyFiles(store, [file]);
  assert.ok(first?.hash);

  // The store is believed: other content of the same size and time goes unseen.
  const other = Buffer.from(await jpeg(1));
  other[other.length - 10]! ^= 1;
  await writeFile(file, other);
  await utimes(file, PAST, PAST);
  assert.equal((await identifyFiles(store, [file]))[0]!.hash, first.hash);

  await utimes(file, PAST, new Date(PAST.getTime() + 1));
  assert.notEqual((await identifyFiles(store, [file]))[0]!.hash, first.hash);
});

test('a file changed just now is not remembered, since it may change again within the clock tick', async () => {
  using folder = temporaryFolder();
  using store = openStore(path.join(folder.path, 'cache'));
  const file = path.join(folder.path, 'a.jpg');
  await writeFiles(folder.path, { 'a.jpg': await jpeg(1) });
  await utimes(file, new Date(), new Date(Date.now() + 60_000));
  await identifyFiles(store, [file]);
  assert.deepEqual(store.files([file]), [undefined]);
});

test('what was identified before a cancel stays in the store', async () => {
  using folder = temporaryFolder();
  using store = openStore(path.join(folder.path, 'cache'));
  const names = Array.from({ length: 30 }, (_, i) => `${i}.jpg`);
  for (const [i, name] of names.entries()) await writeFiles(folder.path, { [name]: await jpeg(i, 40, 30) });
  const files = names.map(name => path.join(folder.path, name));
  for (const file of files) await utimes(file, PAST, PAST);
  const controller = new AbortController();
  let seen = 0;
  const onFile = (): void => {
    if (++seen === 10) controller.abort();
  };
  await assert.rejects(identifyFiles(store, files, { signal: controller.signal, onFile }), CancelledError);
  const kept = store.files(files).filter(entry => entry !== undefined).length;
  assert.ok(kept >= 10 && kept < 30, `${kept} kept`);
});
