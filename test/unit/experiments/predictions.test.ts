import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { PredictionSort } from '../../../src/shared/experiment.ts';
import { selectPredictions } from '../../../src/engine/experiments/predictionPage.ts';
import {
  predictionsOf,
  readPredictions,
  writePredictions,
  type PredictionTable,
} from '../../../src/engine/experiments/predictionsFile.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const table: PredictionTable = {
  paths: ['a/1.jpg', 'a/ü 2#%.jpg', 'b/3.jpg', 'b/4.jpg', 'c/5.jpg'],
  splits: ['train', 'test', 'test', 'test', 'test'],
  labels: Int32Array.from([0, 0, 1, 1, 2]),
  classes: ['apple', 'b,"x"', 'クラス'],
  probabilities: Float32Array.from(
    [
      [0.9, 0.05, 0.05],
      [0.1, 0.8, 0.1],
      [0.2, 0.7, 0.1],
      [0.05, 0.05, 0.9],
      [0.4, 0.25, 0.35],
    ].flat(),
  ),
};

describe('predictions.parquet', () => {
  it('keeps every value', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'predictions.parquet');
    await writePredictions(file, table);
    assert.deepEqual(await readPredictions(file), table);
  });

  it('keeps 5,000 rows in order across row groups', async () => {
    using folder = temporaryFolder();
    const n = 5000;
    const many: PredictionTable = {
      paths: Array.from({ length: n }, (_, i) => `${i}.jpg`),
      splits: Array.from({ length: n }, () => 'test' as const),
      labels: Int32Array.from({ length: n }, (_, i) => i % 2),
      classes: ['x', 'y'],
      probabilities: Float32Array.from({ length: 2 * n }, (_, i) => (i % 97) / 97),
    };
    const file = path.join(folder.path, 'predictions.parquet');
    await writePredictions(file, many);
    assert.deepEqual(await readPredictions(file), many);
  });

  it('names a damaged file', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'predictions.parquet');
    writeFileSync(file, 'PAR1 nothing here');
    await assert.rejects(readPredictions(file), { code: 'io', message: /predictions\.parquet/ });
  });

  it('takes one split out', () => {
    const train = predictionsOf(table, 'train');
    assert.deepEqual([...train.labels], [0]);
    assert.equal(train.probabilities.length, 3);
  });
});

describe('selectPredictions', () => {
  const select = (change: Partial<Parameters<typeof selectPredictions>[1]>) =>
    selectPredictions(table, { split: 'test', filter: 'all', sort: 'path', offset: 0, limit: 10, ...change });

  it('gives wrong images, the most confident mistakes first', () => {
    const page = select({ filter: 'wrong', sort: 'confidence' });
    assert.deepEqual(
      page.rows.map(r => [r.path, r.predicted]),
      [
        ['b/4.jpg', 2],
        ['a/ü 2#%.jpg', 1],
        ['c/5.jpg', 0],
      ],
    );
    assert.deepEqual([page.matching, page.total], [3, 4]);
  });

  it('counts all matches however small the page is', () => {
    const page = select({ limit: 1, offset: 1 });
    assert.deepEqual(
      page.rows.map(r => r.path),
      ['b/3.jpg'],
    );
    assert.deepEqual([page.matching, page.total], [4, 4]);
  });

  it('filters by true and predicted class', () => {
    assert.deepEqual(
      select({ label: 1, predicted: 2 }).rows.map(r => r.path),
      ['b/4.jpg'],
    );
    assert.deepEqual(
      select({ filter: 'right' }).rows.map(r => r.path),
      ['b/3.jpg'],
    );
  });

  for (const [sort, first] of [
    ['uncertain', 'c/5.jpg'],
    ['loss', 'b/4.jpg'],
    ['path', 'a/ü 2#%.jpg'],
  ] as [PredictionSort, string][])
    it(`sorts by ${sort}`, () => assert.equal(select({ sort }).rows[0]?.path, first));
});
