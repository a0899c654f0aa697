import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { halfToNumber, numberToHalf } from '../../../src/engine/features/half.ts';

const toHalf = (values: number[]): number[] => {
  const out = new Uint16Array(values.length);
  numberToHalf(Float32Array.from(values), out);
  return [...out];
};

describe('half precision', () => {
  it('reads and writes every finite half and infinity unchanged', () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, h) => h).filter(
      h => (h & 0x7c00) !== 0x7c00 || (h & 0x3ff) === 0,
    );
    const numbers = new Float32Array(halves.length);
    halfToNumber(halves, numbers);
    const back = new Uint16Array(halves.length);
    numberToHalf(numbers, back);
    assert.deepEqual(back, halves);
  });

  // numpy.float16(x).view(numpy.uint16)
  it('agrees with NumPy', () => {
    assert.deepEqual(
      toHalf([0.1, 1 / 3, 65_504, 6, -2.5, 1e-5, 5.96e-8, 3.1415927]),
      [11878, 13653, 31743, 17920, 49408, 168, 1, 16968],
    );
  });

  it('overflows to infinity and keeps NaN', () => {
    const [up, down, nan] = toHalf([1e6, -1e6, Number.NaN]);
    assert.deepEqual([up, down], [0x7c00, 0xfc00]);
    const out = new Float32Array(1);
    halfToNumber(Uint16Array.of(nan!), out);
    assert.ok(Number.isNaN(out[0]));
  });
});
