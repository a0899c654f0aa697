import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastLine, skipReason, summary, type TierResult } from '../../run/tally.ts';

const unit: TierResult = { tier: 'unit', passed: 12, failed: [], skipped: [], seconds: 1.25 };
const e2e: TierResult = {
  tier: 'e2e',
  passed: 1,
  failed: ['trains a head'],
  skipped: [{ name: 'classifies', reason: 'no browser' }],
  seconds: 30,
};

test('the last line sums the tiers and names skipped tests only where there are any', () => {
  assert.equal(lastLine([unit]), '12 passed, 0 failed');
  assert.equal(lastLine([unit, e2e]), '13 passed, 1 failed, 1 skipped');
});

test('the summary names what failed and what was skipped and why, and ends with the last line alone', () => {
  const lines = summary([unit, e2e]).split('\n');
  assert.deepEqual(lines.slice(0, 2), ['failed   e2e: trains a head', 'skipped  e2e: classifies (no browser)']);
  assert.ok(
    lines.some(l => /^unit +12 +0 +0 +1\.3$/.test(l)),
    lines.join('\n'),
  );
  assert.equal(lines.at(-1), '13 passed, 1 failed, 1 skipped');
});

test('a skipped test without a reason says so', () => {
  assert.equal(skipReason('no data'), 'no data');
  assert.equal(skipReason(true), 'no reason given');
  assert.equal(skipReason(''), 'no reason given');
});
