import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeadwayError } from '../../../src/shared/errors.ts';
import {
  datasetFolder,
  datasetsFolder,
  experimentPath,
  isValidName,
  nameFromPath,
  toWorkspacePath,
} from '../../../src/engine/files/workspace.ts';

test('no name leads out of its folder', () => {
  for (const bad of [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '/x',
    'C:x',
    '.hidden',
    'x.',
    'x ',
    'nul',
    'COM1.txt',
    'a\0b',
    'x'.repeat(65),
  ])
    assert.throws(() => datasetFolder('/w', bad), HeadwayError, bad);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      if (!isValidName(name)) return;
      assert.equal(path.dirname(datasetFolder('/w', name)), datasetsFolder('/w'));
      assert.equal(path.win32.basename(name), name);
    }),
  );
});

test('layout of the .headway folder', () => {
  assert.equal(datasetFolder('/w', 'Früchte 2'), '/w/.headway/datasets/Früchte 2'.split('/').join(path.sep));
  assert.equal(
    experimentPath('/w', 'e1', 'metrics.json'),
    '/w/.headway/experiments/e1/metrics.json'.split('/').join(path.sep),
  );
});

test('every source gives a valid name', () => {
  assert.equal(nameFromPath('/data/Obst & Gemüse', 'x'), 'Obst - Gemüse');
  assert.equal(nameFromPath('/data/labels.csv', 'x'), 'labels');
  assert.equal(nameFromPath('/data/🍋', 'images'), 'images');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), source => isValidName(nameFromPath(source, 'images'))));
});

test('sources inside the workspace are written relative to it', () => {
  assert.equal(toWorkspacePath('/w', '/w/photos/a'), 'photos/a');
  assert.equal(toWorkspacePath('/w', '/w'), '.');
  assert.equal(toWorkspacePath('/w', '/w2/photos'), path.resolve('/w2/photos'));
  assert.equal(toWorkspacePath('/w', '/w/..photos'), '..photos');
});
