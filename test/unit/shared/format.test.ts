import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, count, duration, percent, plusMinus, proportion } from '../../../src/shared/format.ts';

test('durations carry over to the next unit', () => {
  const written = [0, 9.94, 9.96, 59.4, 59.6, 75, 119.7, 3599.6, 7300].map(duration);
  assert.deepEqual(written, [
    '0.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 0 s',
    '1 min 15 s',
    '2 min 0 s',
    '1 h 0 min',
    '2 h 1 min',
  ]);
});

test('a proportion comes with its interval and n', () => {
  const p = { value: 0.9053, low: 0.8712, high: 0.9318, n: 1372 };
  assert.equal(percent(p.value), '90.5 %');
  assert.equal(proportion(p), '90.5 % (87.1 to 93.2, n 1,372)');
  assert.equal(plusMinus(p), '90.5 % ± 3.4');
});

test('counts and sizes are written for people', () => {
  assert.deepEqual([count(1, 'image'), count(2000, 'class', 'classes')], ['1 image', '2,000 classes']);
  assert.deepEqual([999, 1500, 123_456_789].map(bytes), ['999 B', '1.5 KB', '123 MB']);
});
