import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mcnemar } from '../../../src/engine/evaluate/mcnemar.ts';

describe('mcnemar', () => {
  // scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue, SciPy 1.17.1
  for (const [b, c, p] of [
    [10, 2, 0.03857421875],
    [121, 59, 4.4344493e-6],
    [5, 5, 1],
    [1, 0, 1],
    [900, 1000, 0.0231088],
  ] as const)
    it(`agrees with SciPy for ${b} and ${c}`, () => {
      assert.ok(Math.abs(mcnemar(b, c) - p) < 0.001 * p, `${mcnemar(b, c)} is not ${p}`);
      assert.equal(mcnemar(b, c), mcnemar(c, b));
    });
  it('says nothing when no image tells them apart', () => assert.equal(mcnemar(0, 0), 1));
});
