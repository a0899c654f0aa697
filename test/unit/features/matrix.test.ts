import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createMatrix, encodeRow, HALF_WIDTH, matrixBytes } from '../../../src/engine/features/matrix.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const MAP = HALF_WIDTH + 4;

describe('feature matrices', () => {
  for (const [what, width, limit, bytes] of [
    ['float32 in memory', 8, undefined, 4],
    ['half precision in memory', MAP, undefined, 2],
    ['half precision in a file', MAP, 0, 2],
  ] as const)
    it(`gives rows back in any order: ${what}`, () => {
      using folder = temporaryFolder();
      const file = path.join(folder.path, 'features.tmp');
      const matrix = createMatrix(5, width, file, limit);
      assert.equal(matrixBytes(5, width), 5 * width * bytes);
      // Values that half precision holds exactly.
      const rowOf = (row: number) => Float32Array.from({ length: width }, (_, i) => row + (i % 7) / 8);
      for (let row = 0; row < 5; row++) matrix.setEncoded(row, encodeRow(rowOf(row)));
      const into = new Float32Array(3 * width);
      matrix.gather([4, 0, 2], into);
      [4, 0, 2].forEach((row, i) => assert.deepEqual(into.subarray(i * width, (i + 1) * width), rowOf(row)));
      assert.equal(existsSync(file), limit === 0);
      matrix[Symbol.dispose]();
      assert.equal(existsSync(file), false, 'the file goes with the matrix');
    });
});
