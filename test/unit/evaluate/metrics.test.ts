import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wilson } from '../../../src/engine/evaluate/intervals.ts';
import { reportSplit } from '../../../src/engine/evaluate/metrics.ts';

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe('wilson', () => {
  // scipy.stats.binomtest(k, n).proportion_ci(0.95, 'wilson'), SciPy 1.17.1
  it('agrees with SciPy', () => {
    for (const [k, n, low, high] of [
      [8, 10, 0.4901625, 0.9433178],
      [337, 372, 0.8719594, 0.9315709],
      [1, 3, 0.0614919, 0.7923404],
    ] as const) {
      const w = wilson(k, n);
      near(w.low, low, 1e-5);
      near(w.high, high, 1e-5);
    }
  });
  it('stays in 0..1 and includes the share at the ends', () => {
    assert.deepEqual([wilson(0, 5).low, wilson(5, 5).high], [0, 1]);
    assert.deepEqual(wilson(0, 0), { value: 0, n: 0, low: 0, high: 1 });
  });
});

describe('reportSplit', () => {
  // Four images, three classes; the third is never right, the values are worked by hand.
  const predictions = {
    labels: Int32Array.from([0, 0, 1, 2]),
    classes: 3,
    probabilities: Float32Array.from([0.7, 0.2, 0.1, 0.3, 0.6, 0.1, 0.1, 0.8, 0.1, 0.5, 0.3, 0.2]),
  };
  const report = reportSplit('test', predictions, ['a', 'b', 'c']);

  it('counts rows as true and columns as predicted', () => {
    assert.deepEqual(report.confusion, [
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });
  it('gives accuracy, macro-F1, log-loss', () => {
    assert.equal(report.metrics.accuracy.value, 0.5);
    assert.equal(report.metrics.accuracy.n, 4);
    near(report.metrics.macroF1, (0.5 + 2 / 3 + 0) / 3);
    near(report.metrics.logLoss, -(Math.log(0.7) + Math.log(0.3) + Math.log(0.8) + Math.log(0.2)) / 4);
    assert.equal(report.metrics.top5, 1);
  });
  it('leaves precision open for a class that is never predicted', () => {
    assert.equal(report.classes[2]?.precision, null);
    assert.equal(report.classes[2].recall?.value, 0);
    assert.equal(report.classes[1]?.precision?.value, 0.5);
  });
  it('survives an empty split', () => {
    const empty = reportSplit(
      'validation',
      { labels: new Int32Array(0), probabilities: new Float32Array(0), classes: 2 },
      ['a', 'b'],
    );
    assert.equal(empty.metrics.accuracy.n, 0);
  });
});
