import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { CancelledError } from '../../../src/shared/errors.ts';
import { createNativeRuntime } from '../../../src/engine/runtime/native.ts';
import type { Binding, Session } from '../../../src/engine/runtime/runtime.ts';
import { loopModel } from '../../../src/engine/runtime/selfCheckModels.ts';
import { implementations } from './implementations.ts';

const FOR_EVER = 2n ** 60n;

function bindLoop(session: Session) {
  const steps = new BigInt64Array(1);
  const y = new Float32Array(1);
  const x = Float32Array.of(0.5);
  const binding: Binding = session.bind().input('steps', steps, []).input('x', x, [1]).output('y', y, [1]);
  return { steps, y, binding };
}

for (const { name, create } of implementations)
  suite(name, () => {
    test('a signal aborted before the run keeps it from starting', async () => {
      await using runtime = await create();
      const { steps, y, binding } = bindLoop(await runtime.load(loopModel()));
      steps[0] = 5n;
      await assert.rejects(binding.run(AbortSignal.abort()), CancelledError);
      assert.equal(y[0], 0);
      await binding.run();
      assert.equal(y[0], 5.5);
    });

    test('aborting during the run rejects with CancelledError, and the binding runs again', async () => {
      await using runtime = await create();
      const { steps, y, binding } = bindLoop(await runtime.load(loopModel()));
      for (let round = 0; round < 3; round++) {
        const controller = new AbortController();
        steps[0] = 1000n;
        const run = binding.run(controller.signal);
        controller.abort();
        await assert.rejects(run, CancelledError);
        steps[0] = 7n;
        await binding.run(new AbortController().signal);
        assert.equal(y[0], 7.5);
      }
    });

    test('a signal that aborts after the run does not touch later runs', async () => {
      await using runtime = await create();
      const { steps, y, binding } = bindLoop(await runtime.load(loopModel()));
      steps[0] = 2n;
      const controller = new AbortController();
      await binding.run(controller.signal);
      controller.abort();
      await binding.run();
      assert.equal(y[0], 2.5);
    });
  });

suite('native', () => {
  // These end at all only if cancelling reaches the running graph and the JavaScript thread stays free meanwhile.
  test('an endless run ends when aborted, again and again', async () => {
    await using runtime = createNativeRuntime();
    const { steps, y, binding } = bindLoop(await runtime.load(loopModel()));
    for (let round = 0; round < 5; round++) {
      steps[0] = FOR_EVER;
      await assert.rejects(binding.run(AbortSignal.timeout(20)), CancelledError);
      steps[0] = 100n;
      await binding.run();
      assert.equal(y[0], 100.5);
    }
  });

  test('aborting one session leaves another running', async () => {
    await using runtime = createNativeRuntime();
    const first = bindLoop(await runtime.load(loopModel()));
    const second = bindLoop(await runtime.load(loopModel()));
    first.steps[0] = second.steps[0] = FOR_EVER;
    const [one, two] = [new AbortController(), new AbortController()];
    let secondEnded = false;
    const runs = [
      assert.rejects(first.binding.run(one.signal), CancelledError),
      assert.rejects(second.binding.run(two.signal), CancelledError).then(() => (secondEnded = true)),
    ];
    await setTimeout(10);
    one.abort();
    await runs[0];
    await setTimeout(10);
    assert.equal(secondEnded, false);
    two.abort();
    await runs[1];
  });

  test('disposing the session waits for a run that is then aborted', async () => {
    await using runtime = createNativeRuntime();
    const session = await runtime.load(loopModel());
    const { steps, binding } = bindLoop(session);
    steps[0] = FOR_EVER;
    const controller = new AbortController();
    const run = assert.rejects(binding.run(controller.signal), CancelledError);
    let disposed = false;
    const disposing = session[Symbol.asyncDispose]().then(() => (disposed = true));
    await setTimeout(20);
    assert.equal(disposed, false);
    controller.abort();
    await run;
    await disposing;
  });
});
