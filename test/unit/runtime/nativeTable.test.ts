import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRuntimeLibrary } from '../../../src/engine/runtime/libraryPath.ts';
import { createNativeRuntime, loadOrtLibrary } from '../../../src/engine/runtime/native.ts';
import { OrtLibrary } from '../../../src/engine/runtime/ortLibrary.ts';
import { ORT_FUNCTIONS } from '../../../src/engine/runtime/ortTable.ts';
import { RuntimeError } from '../../../src/engine/runtime/runtime.ts';
import { selfCheck } from '../../../src/engine/runtime/selfCheck.ts';

test('the self-check calls every function of the table', async () => {
  {
    await using runtime = createNativeRuntime();
    await selfCheck(runtime);
  }
  assert.deepEqual([...loadOrtLibrary().called].sort(), Object.keys(ORT_FUNCTIONS).sort());
});

test('places in the table are unique', () => {
  const places = Object.values(ORT_FUNCTIONS).map(([place]) => place);
  assert.equal(new Set(places).size, places.length);
});

test('a library of another version is refused', () => {
  const { path } = findRuntimeLibrary();
  assert.throws(
    () => new OrtLibrary(path, '1.2.3'),
    (error: unknown) => {
      assert.ok(error instanceof RuntimeError);
      assert.match(error.message, /expected 1\.2\.3/);
      return true;
    },
  );
});

test('the processor computes while JavaScript goes on', async () => {
  const { loopModel } = await import('../../../src/engine/runtime/selfCheckModels.ts');
  await using runtime = createNativeRuntime();
  const session = await runtime.load(loopModel());
  const stop = new AbortController();
  const run = session
    .bind()
    .input('steps', BigInt64Array.of(2n ** 60n), [])
    .input('x', new Float32Array(1), [1])
    .output('y', new Float32Array(1), [1])
    .run(stop.signal);
  let ticks = 0;
  const timer = setInterval(() => {
    if (++ticks === 20) stop.abort();
  }, 1);
  await assert.rejects(run, { name: 'CancelledError' });
  clearInterval(timer);
  assert.ok(ticks >= 20);
});
