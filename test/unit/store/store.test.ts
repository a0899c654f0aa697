import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { defaultCacheDirectory } from '../../../src/engine/store/location.ts';
import { SCHEMA_VERSION } from '../../../src/engine/store/schema.ts';
import { openStore } from '../../../src/engine/store/store.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { DIMENSIONS, featureOf, KEY, nameOf, putRows, readRows } from './features.ts';

const hashes = Array.from({ length: 200 }, (_, i) => nameOf(1, i));
const matrix = (names: readonly string[]): Float32Array => {
  const all = new Float32Array(names.length * DIMENSIONS);
  for (const [i, name] of names.entries()) all.set(featureOf(name), i * DIMENSIONS);
  return all;
};

test('features come back as they were stored, also in another order and after reopening', () => {
  using folder = temporaryFolder();
  {
    using store = openStore(folder.path);
    putRows(store, hashes, matrix(hashes));
  }
  using store = openStore(folder.path);
  const order = ['absent', ...hashes.toReversed()];
  const into = new Float32Array(order.length * DIMENSIONS).fill(-1);
  const found = readRows(store, order, into);
  assert.deepEqual([...found], [0, ...hashes.map(() => 1)]);
  assert.ok(into.subarray(0, DIMENSIONS).every(v => v === -1));
  assert.deepEqual(into.subarray(DIMENSIONS), matrix(hashes.toReversed()));
  assert.ok(store.sizeBytes() > into.byteLength / 2);
});

test('features of another backbone, boundary, preprocessing or size are never taken', () => {
  using folder = temporaryFolder();
  using store = openStore(folder.path);
  putRows(store, hashes.slice(0, 1), matrix(hashes.slice(0, 1)));
  const into = new Float32Array(DIMENSIONS);
  for (const key of [
    { ...KEY, backbone: 'c' },
    { ...KEY, boundary: 'conv' },
    { ...KEY, preprocessing: 'q' },
  ])
    assert.deepEqual([...readRows(store, hashes.slice(0, 1), into, { key })], [0]);
  assert.deepEqual(
    [...readRows(store, hashes.slice(0, 1), new Float32Array(DIMENSIONS / 2), { dimensions: DIMENSIONS / 2 })],
    [0],
  );
});

test('files, facts, thumbnails and settings come back; later ones replace earlier ones', () => {
  using folder = temporaryFolder();
  using store = openStore(folder.path);
  const file = { path: '/bilder/ä 🍋.jpg', size: 12, mtime: 1700000000123.456, hash: 'h' };
  store.putFiles([file]);
  assert.deepEqual(store.files([file.path, '/none']), [file, undefined]);
  store.putImages([{ hash: 'h', facts: { width: 3, height: 4, format: 'png', orientation: 1 } }]);
  store.putImages([{ hash: 'h', facts: { problem: 'truncated', message: 'is cut off' } }]);
  assert.deepEqual(store.images(['h', 'i']), [{ problem: 'truncated', message: 'is cut off' }, undefined]);
  store.putThumbnails(64, [{ hash: 'h', webp: Uint8Array.of(1, 2, 3) }]);
  assert.deepEqual(store.thumbnails(['h'], 64), [Uint8Array.of(1, 2, 3)]);
  assert.deepEqual(store.thumbnails(['h'], 65), [undefined]);
  store.putSetting('k', '1');
  store.putSetting('k', '2');
  assert.equal(store.setting('k'), '2');
});

test('a file that is no database is moved aside and begun anew, with a message', () => {
  using folder = temporaryFolder();
  writeFileSync(path.join(folder.path, 'headway.db'), 'no database '.repeat(5000));
  const messages: string[] = [];
  using store = openStore(folder.path, m => messages.push(m));
  store.putSetting('k', 'v');
  assert.equal(store.setting('k'), 'v');
  assert.equal(messages.length, 1);
  assert.match(messages[0]!, /damaged.*moved to/);
  assert.ok(existsSync(path.join(folder.path, 'headway.db.damaged')));
});

test('damage found only when reading does not throw either', () => {
  using folder = temporaryFolder();
  {
    using store = openStore(folder.path);
    putRows(store, hashes, matrix(hashes));
  }
  const file = path.join(folder.path, 'headway.db');
  // Overwrites all pages but the first, which holds the schema.
  const db = new DatabaseSync(file);
  const pages = Number(db.prepare('PRAGMA page_count').get()!.page_count);
  const size = Number(db.prepare('PRAGMA page_size').get()!.page_size);
  db.close();
  const bytes = Buffer.alloc((pages - 1) * size, 0x5a);
  writeAt(file, bytes, size);
  const messages: string[] = [];
  using store = openStore(folder.path, m => messages.push(m));
  const found = readRows(store, hashes, new Float32Array(hashes.length * DIMENSIONS));
  assert.ok(found.every(f => f === 0));
  assert.match(messages.join(), /damaged/);
  putRows(store, hashes, matrix(hashes));
  assert.ok(readRows(store, hashes, new Float32Array(hashes.length * DIMENSIONS)).every(f => f === 1));
});

function writeAt(file: string, bytes: Uint8Array, position: number): void {
  const before = Buffer.from(readFileSync(file));
  before.set(bytes, position);
  writeFileSync(file, before);
}

test('a database of a newer Headway is left alone', () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, 'headway.db');
  const newer = new DatabaseSync(file);
  newer.exec(`CREATE TABLE future (x); INSERT INTO future VALUES (1); PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  newer.close();
  const messages: string[] = [];
  {
    using store = openStore(folder.path, m => messages.push(m));
    store.putSetting('k', 'v');
    assert.equal(store.setting('k'), 'v');
    assert.notEqual(store.path, file);
  }
  assert.match(messages.join(), /newer Headway/);
  const again = new DatabaseSync(file);
  assert.equal(again.prepare('SELECT x FROM future').get()!.x, 1);
  again.close();
});

test('where no file can be made the store lives in memory and says so', () => {
  using folder = temporaryFolder();
  const blocked = path.join(folder.path, 'blocked');
  writeFileSync(blocked, 'a file, not a folder');
  const messages: string[] = [];
  using store = openStore(path.join(blocked, 'cache'), m => messages.push(m));
  store.putSetting('k', 'v');
  assert.equal(store.setting('k'), 'v');
  assert.equal(store.sizeBytes(), 0);
  assert.match(messages.join(), /in memory only/);
});

test('an error inside a transaction leaves nothing of it', () => {
  using folder = temporaryFolder();
  using store = openStore(folder.path);
  const bad = [
    { hash: 'fine', webp: Uint8Array.of(1) },
    { hash: undefined as unknown as string, webp: Uint8Array.of(2) },
  ];
  assert.throws(() => store.putThumbnails(1, bad));
  assert.deepEqual(store.thumbnails(['fine'], 1), [undefined]);
  store.putThumbnails(1, bad.slice(0, 1));
  assert.deepEqual(store.thumbnails(['fine'], 1), [Uint8Array.of(1)]);
});

test('the default folder follows the customs of the platform', () => {
  assert.equal(defaultCacheDirectory({}, 'linux', '/home/a'), '/home/a/.cache/headway');
  assert.equal(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' }, 'linux', '/home/a'), '/x/headway');
  assert.equal(defaultCacheDirectory({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/a'), '/home/a/.cache/headway');
  assert.equal(defaultCacheDirectory({}, 'darwin', '/Users/a'), '/Users/a/Library/Caches/headway');
  assert.equal(defaultCacheDirectory({ LOCALAPPDATA: '/l' }, 'win32', '/u'), path.join('/l', 'headway', 'Cache'));
  assert.equal(defaultCacheDirectory({ HEADWAY_CACHE: '/own' }, 'darwin', '/Users/a'), '/own');
});
