import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RuntimeError, type Binding, type Session } from '../../../src/engine/runtime/runtime.ts';
import { loopModel } from '../../../src/engine/runtime/selfCheckModels.ts';
import { implementations } from './implementations.ts';
import { heavyModel, recurrenceModel } from './testModels.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function bindLoop(session: Session, steps: bigint, y: Float32Array): Binding {
  return session
    .bind()
    .input('steps', BigInt64Array.of(steps), [])
    .input('x', new Float32Array(1), [1])
    .output('y', y, [1]);
}

for (const { name, create } of implementations)
  suite(name, () => {
    for (const what of ['binding', 'session', 'runtime'] as const)
      test(`disposing the ${what} waits for the run in flight`, async () => {
        await using runtime = await create();
        const session = await runtime.load(loopModel());
        const y = new Float32Array(1);
        const binding = bindLoop(session, 20_000n, y);
        const order: string[] = [];
        const run = binding.run().then(() => order.push('run'));
        const disposed = { binding, session, runtime }[what][Symbol.asyncDispose]().then(() => order.push('dispose'));
        await assert.rejects(binding.run(), RuntimeError);
        await Promise.all([run, disposed]);
        assert.deepEqual(order, ['run', 'dispose']);
        assert.equal(y[0], 20_000);
      });

    test('disposing again, in any order and at once, is harmless', async () => {
      const runtime = await create();
      const session = await runtime.load(recurrenceModel());
      const binding = session.bind();
      await Promise.all([runtime, session, binding, session, runtime].map(x => x[Symbol.asyncDispose]()));
      for (const x of [binding, session, runtime]) await x[Symbol.asyncDispose]();
    });

    test('use after disposal throws', async () => {
      const runtime = await create();
      const session = await runtime.load(recurrenceModel());
      const binding = session.bind();
      await binding[Symbol.asyncDispose]();
      assert.throws(() => binding.input('x', new Float32Array(1), [1]), RuntimeError);
      await assert.rejects(binding.run(), RuntimeError);
      const orphan = session.bind();
      await session[Symbol.asyncDispose]();
      assert.throws(() => session.bind(), RuntimeError);
      assert.throws(() => orphan.input('x', new Float32Array(1), [1]), RuntimeError);
      await runtime[Symbol.asyncDispose]();
      await assert.rejects(runtime.load(recurrenceModel()), RuntimeError);
    });

    test('a model still loading when its runtime ends is given up', async () => {
      const runtime = await create();
      const loading = assert.rejects(runtime.load(heavyModel(1000)), RuntimeError);
      await runtime[Symbol.asyncDispose]();
      await loading;
    });

    test('one runtime ends without harm to another', async () => {
      await using first = await create();
      const second = await create();
      const y = new Float32Array(1);
      const binding = bindLoop(await first.load(loopModel()), 3n, y);
      await second[Symbol.asyncDispose]();
      await binding.run();
      assert.equal(y[0], 3);
    });

    test('bound arrays outlive garbage collection and go with their binding', async () => {
      await using runtime = await create();
      const session = await runtime.load(recurrenceModel());
      const weak = await runAfterCollecting(session);
      await setImmediate();
      collectGarbage();
      assert.equal(weak.deref(), undefined);
    });

    test('memory of sessions and bindings is given back', async () => {
      await using runtime = await create();
      const size = 1 << 20; // 4 MiB of weights.
      const model = heavyModel(size);
      // The same arrays throughout: memory that JavaScript gives back late would hide what native code keeps.
      const [x, y] = [new Float32Array(size), new Float32Array(size)];
      const cycle = async () => {
        await using session = await runtime.load(model, { threads: 1 });
        for (let i = 0; i < 5; i++) {
          await using binding = session.bind();
          await binding.input('x', x, [size]).output('y', y, [size]).run();
        }
      };
      for (let i = 0; i < 10; i++) await cycle();
      const start = process.memoryUsage.rss();
      for (let i = 0; i < 40; i++) await cycle();
      const limit = 64 << 20; // Forty sessions that stayed would hold at least 160 MiB.
      let grown = Infinity;
      // V8 gives the memory of collected arrays back some time later; what has leaked stays however long one waits.
      for (let attempt = 0; attempt < 50 && grown > limit; attempt++) {
        collectGarbage();
        await setTimeout(20);
        grown = process.memoryUsage.rss() - start;
      }
      assert.ok(grown < limit, `grew by ${grown >> 20} MiB`);
    });
  });

/** Runs a binding that alone holds its inputs, after collections that would have taken them; disposes it. */
async function runAfterCollecting(session: Session): Promise<WeakRef<Float32Array>> {
  const size = 10_000;
  const next = new Float32Array(size);
  const binding = session.bind().output('next', next, [size]);
  const weak = bindWithoutKeeping(binding, size);
  for (let i = 0; i < 3; i++) {
    await setImmediate();
    collectGarbage();
    new Float32Array(size).fill(NaN); // Would land in memory that was given back.
  }
  await binding.run();
  assert.ok(next.every(value => value === 4));
  await binding[Symbol.asyncDispose]();
  return weak;
}

/** In a function of its own, so that no variable of the caller holds the arrays. */
function bindWithoutKeeping(binding: Binding, size: number): WeakRef<Float32Array> {
  const state = new Float32Array(size).fill(2);
  binding.input('state', state, [size]).input('x', new Float32Array(size).fill(3), [size]);
  return new WeakRef(state);
}
