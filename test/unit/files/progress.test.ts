import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../../../src/shared/experiment.ts';
import { CancelledError } from '../../../src/shared/errors.ts';
import { forEachConcurrent } from '../../../src/engine/files/concurrent.ts';
import { ProgressMeter } from '../../../src/engine/files/progress.ts';

test('progress gives the rate of the last seconds and the time left, not too often, and the end always', () => {
  let now = 0;
  const seen: Progress[] = [];
  const meter = new ProgressMeter(
    'features',
    1000,
    p => seen.push(p),
    400,
    () => now,
  );
  for (let i = 0; i < 300; i++) {
    now += 20;
    meter.add();
  }
  assert.ok(seen.length <= 61, `${seen.length} reports`);
  const last = seen.at(-1);
  assert.ok(Math.abs(last.rate! - 50) < 1, `rate ${last.rate}`);
  assert.ok(Math.abs(last.secondsLeft! - (1000 - last.done) / 50) < 0.5);
  meter.add(300);
  assert.deepEqual({ done: seen.at(-1).done, total: seen.at(-1).total }, { done: 1000, total: 1000 });
});

test('no more than the limit runs at once, and an error stops further starts', async () => {
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const work = async (i: number): Promise<void> => {
    started.push(i);
    most = Math.max(most, ++running);
    await new Promise(resolve => setImmediate(resolve));
    running--;
    if (i === 10) throw new Error('ten');
  };
  await assert.rejects(forEachConcurrent([...Array(100).keys()], 4, work), /ten/);
  assert.equal(most, 4);
  assert.equal(running, 0);
  assert.ok(started.length < 20);
  await assert.rejects(forEachConcurrent([1], 2, work, AbortSignal.abort()), CancelledError);
});
