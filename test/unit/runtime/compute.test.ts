import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import type { Runtime, Session } from '../../../src/engine/runtime/runtime.ts';
import { selfCheck } from '../../../src/engine/runtime/selfCheck.ts';
import { implementations } from './implementations.ts';
import { recurrenceModel } from './testModels.ts';

const backbone = readFileSync(new URL('../../../media/backbones/efficientnet-lite0.onnx', import.meta.url));

for (const { name, create } of implementations)
  suite(name, () => {
    let runtime: Runtime;
    before(async () => {
      runtime = await create();
    });
    after(() => runtime[Symbol.asyncDispose]());

    test('names itself and its version', () => {
      assert.match(runtime.version, /^ONNX Runtime 1\.\d+\.\d+ \(/);
      assert.ok(name.startsWith(runtime.kind));
    });

    test('passes the self-check over all element types, errors and Loop', () => selfCheck(runtime));

    test('tells names, types and dimensions of a real model', async () => {
      await using session = await runtime.load(backbone);
      assert.deepEqual(session.inputInfo, [{ name: 'image', type: 'uint8', dims: ['batch', 224, 224, 3] }]);
      assert.deepEqual(session.outputs, ['top/relu6', 'pool/features', 'classifier/logits']);
      assert.deepEqual(session.outputInfo[1], { name: 'pool/features', type: 'float32', dims: ['batch', 1280] });
    });

    test('runs on the calling thread, or does nothing and says so', async () => {
      await using session = await runtime.load(recurrenceModel());
      const next = new Float32Array(3);
      const binding = session
        .bind()
        .input('x', new Float32Array(3).fill(1), [3])
        .input('state', Float32Array.of(1, -2, 3), [3])
        .output('next', next, [3]);
      const ran = binding.runSync();
      assert.equal(ran, name === 'native');
      assert.deepEqual(next, ran ? Float32Array.of(1.5, 0, 2.5) : new Float32Array(3));
    });

    test('state moves between two bindings used in turn for 20 steps', async () => {
      await using session = await runtime.load(recurrenceModel());
      const x = new Float32Array(3);
      const sets = [Float32Array.of(1, -2, 3), new Float32Array(3)] as const;
      const bindings = ([0, 1] as const).map(from =>
        session
          .bind()
          .input('x', x, [3])
          .input('state', sets[from], [3])
          .output('next', sets[from === 0 ? 1 : 0], [3]),
      );
      const expected = sets[0].slice();
      for (let step = 0; step < 20; step++) {
        x.fill(step / 7);
        await bindings[step % 2]!.run();
        expected.forEach((state, i) => (expected[i] = Math.fround(0.5 * state) + x[i]!));
      }
      assert.deepEqual(sets[0], expected);
    });

    test('an array bound anew replaces the old one, with other dimensions too', async () => {
      await using session = await runtime.load(recurrenceModel());
      const first = new Float32Array(2);
      const binding = session.bind();
      binding
        .input('state', Float32Array.of(2, 4), [2])
        .input('x', Float32Array.of(1, 1), [2])
        .output('next', first, [2]);
      await binding.run();
      const second = new Float32Array(1);
      binding.input('state', Float32Array.of(20), [1]).input('x', Float32Array.of(5), [1]).output('next', second, [1]);
      await binding.run();
      assert.deepEqual([...first, ...second], [2, 3, 15]);
    });

    test('views into larger buffers, shared memory and an output that is an input are computed', async () => {
      await using session = await runtime.load(recurrenceModel());
      const memory = Float32Array.from({ length: 8 }, (_, i) => i);
      const shared = new Float32Array(new SharedArrayBuffer(8));
      shared.set([10, 20]);
      const copy = new Float32Array(new SharedArrayBuffer(8));
      await session
        .bind()
        .input('state', memory.subarray(2, 4), [2])
        .input('x', shared, [2])
        .output('next', memory.subarray(5, 7), [2])
        .output('copy', copy, [2])
        .run();
      assert.deepEqual([...memory], [0, 1, 2, 3, 4, 11, 21.5, 7]);
      assert.deepEqual([...copy], [10, 20]);
    });

    test('an empty batch gives an empty output', async () => {
      await using session = await runtime.load(recurrenceModel());
      const empty = () => new Float32Array(0);
      await session.bind().input('state', empty(), [0]).input('x', empty(), [0]).output('next', empty(), [0]).run();
    });
  });

test('all implementations give the same features for the embedded backbone', async () => {
  const count = 2;
  const pixels = Uint8Array.from({ length: count * 224 * 224 * 3 }, (_, i) => (i * 7919) % 251);
  const features: Float32Array[] = [];
  for (const { create } of implementations) {
    await using runtime = await create();
    const session: Session = await runtime.load(backbone, { threads: 2, spinning: true });
    const output = new Float32Array(count * 1280);
    await session
      .bind()
      .input('image', pixels, [count, 224, 224, 3])
      .output('pool/features', output, [count, 1280])
      .run();
    features.push(output);
  }
  const [reference, ...others] = features as [Float32Array, ...Float32Array[]];
  assert.ok(Math.max(...reference) > 0.5);
  for (const other of others)
    other.forEach((value, i) => assert.ok(Math.abs(value - reference[i]!) < 1e-3, `feature ${i}`));
});
