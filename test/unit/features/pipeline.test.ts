import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { CancelledError } from '../../../src/shared/errors.ts';
import { candidatePlans, decodersBeside } from '../../../src/engine/features/plans.ts';
import { runPipeline, type Forward } from '../../../src/engine/features/pipeline.ts';

/** Answers every picture's first byte; counts how large its batches were. */
function lane(batch: number, log: number[]): Forward {
  return {
    batch,
    forward: async images => {
      log.push(images.length);
      await delay(0);
      return Float32Array.from(images, image => image[0]!);
    },
  };
}

test('every item is computed once with its own features, and no batch is larger than its lane allows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      async (count, batch, lanes, decoders) => {
        const sizes: number[] = [];
        const seen: number[] = [];
        const unusable = (item: number): boolean => item % 7 === 3;
        await runPipeline({
          items: [...Array(count).keys()],
          decode: async item => {
            if (item % 3 === 0) await delay(0);
            return unusable(item) ? undefined : Uint8Array.of(item);
          },
          onBatch: (items, features) => {
            assert.deepEqual([...features], items);
            seen.push(...items);
          },
          lanes: Array.from({ length: lanes }, () => lane(batch, sizes)),
          decoders,
        });
        const wanted = [...Array(count).keys()].filter(item => !unusable(item));
        assert.deepEqual(
          seen.sort((a, b) => a - b),
          wanted,
        );
        assert.ok(sizes.every(size => size >= 1 && size <= batch));
        // Only the end may leave batches that are not full.
        assert.ok(sizes.filter(size => size < batch).length <= lanes);
      },
    ),
    { numRuns: 40 },
  );
});

test('decoding stays at most two rounds of batches ahead', async () => {
  let decoded = 0;
  let computed = 0;
  let ahead = 0;
  await runPipeline({
    items: [...Array(200).keys()],
    decode: item => {
      ahead = Math.max(ahead, ++decoded - computed);
      return Promise.resolve(Uint8Array.of(item));
    },
    onBatch: items => (computed += items.length),
    lanes: [{ batch: 8, forward: async images => (await delay(1), new Float32Array(images.length)) }],
    decoders: 4,
  });
  assert.equal(computed, 200);
  // The queue of two batches, one more on the lane, and one picture per decoder.
  assert.ok(ahead <= 2 * 8 + 8 + 4, `${ahead} ahead`);
});

test('an error of either side and a cancel stop both, and end what runs first', async () => {
  let running = 0;
  const job = (fail: { decode?: number; forward?: boolean }, signal?: AbortSignal) =>
    runPipeline({
      items: [...Array(100).keys()],
      decode: async item => {
        running++;
        await delay(1);
        running--;
        if (item === fail.decode) throw new Error('decode failed');
        return Uint8Array.of(item);
      },
      onBatch: () => undefined,
      lanes: [
        {
          batch: 4,
          forward: images =>
            fail.forward
              ? Promise.reject(new Error('forward failed'))
              : Promise.resolve(new Float32Array(images.length)),
        },
      ],
      decoders: 3,
      signal,
    });
  await assert.rejects(job({ decode: 50 }), /decode failed/);
  assert.equal(running, 0);
  await assert.rejects(job({ forward: true }), /forward failed/);
  assert.equal(running, 0);
  const controller = new AbortController();
  const cancelled = assert.rejects(job({}, controller.signal), CancelledError);
  await delay(10);
  controller.abort();
  await cancelled;
  assert.equal(running, 0);
  await assert.rejects(job({}, AbortSignal.abort()), CancelledError);
});

test('plans use the threads given and never none; the portable runtime gets one session', () => {
  for (const threads of [1, 2, 3, 8, 64])
    for (const kind of ['native', 'portable'] as const)
      for (const plan of candidatePlans({ kind }, threads)) {
        assert.ok(
          plan.sessions * plan.threads <= threads && plan.threads >= 1 && plan.batch >= 1,
          JSON.stringify(plan),
        );
        if (kind === 'portable') assert.equal(plan.sessions, 1);
        assert.ok(decodersBeside(plan) >= 1);
      }
});
