import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { RuntimeError, type Runtime, type Session } from '../../../src/engine/runtime/runtime.ts';
import { elementTypesModel } from '../../../src/engine/runtime/selfCheckModels.ts';
import { implementations } from './implementations.ts';
import { recurrenceModel } from './testModels.ts';

function runtimeError(message: RegExp): (error: unknown) => true {
  return error => {
    assert.ok(error instanceof RuntimeError, String(error));
    assert.match(error.message, message);
    return true;
  };
}
const floats = (length: number) => new Float32Array(length);

for (const { name, create } of implementations)
  suite(name, () => {
    let runtime: Runtime;
    let session: Session;
    before(async () => {
      runtime = await create();
      session = await runtime.load(recurrenceModel());
    });
    after(() => runtime[Symbol.asyncDispose]());
    const complete = () =>
      session.bind().input('state', floats(2), [2]).input('x', floats(2), [2]).output('next', floats(2), [2]);

    test('a model that is none is refused with the reason', async () => {
      await assert.rejects(runtime.load(Uint8Array.of(1, 2, 3)), runtimeError(/protobuf/));
      await assert.rejects(runtime.load(new Uint8Array(0)), RuntimeError);
    });

    test('unknown names are refused and the known ones listed', () => {
      assert.throws(() => session.bind().input('y', floats(1), [1]), runtimeError(/no input "y".*state, x/));
      assert.throws(
        () => session.bind().output('state', floats(1), [1]),
        runtimeError(/no output "state".*next, copy/),
      );
    });

    test('lengths that contradict the dimensions are refused', () => {
      for (const dims of [[3], [2, 2], [], [-2], [0.5]])
        assert.throws(() => session.bind().input('x', floats(2), dims), RuntimeError, `[${dims.join()}]`);
    });

    test('arrays of another element type are refused, since native code would read beyond them', async () => {
      await using other = await runtime.load(elementTypesModel());
      assert.throws(() => other.bind().output('f2', new Uint8Array(4), [2, 2]), runtimeError(/float32.*uint8/));
      assert.throws(() => other.bind().input('i', floats(2), [2]), runtimeError(/int32.*float32/));
      assert.throws(() => other.bind().input('l', new Int32Array(1), []), runtimeError(/int64.*int32/));
    });

    test('memory is not shared between an input and an output, or two outputs', () => {
      const memory = floats(4);
      const binding = session.bind().input('state', memory.subarray(0, 2), [2]);
      assert.throws(() => binding.output('next', memory.subarray(1, 3), [2]), runtimeError(/share memory/));
      binding.output('next', memory.subarray(2, 4), [2]);
      assert.throws(() => binding.output('copy', memory.subarray(2, 4), [2]), runtimeError(/share memory/));
      assert.throws(() => binding.input('x', memory.subarray(2, 4), [2]), runtimeError(/share memory/));
      binding.input('x', memory.subarray(0, 2), [2]); // Two inputs may.
    });

    test('resizable memory is refused', () => {
      const resizable = new Float32Array(new ArrayBuffer(8, { maxByteLength: 16 }), 0, 2);
      assert.throws(() => session.bind().input('x', resizable, [2]), runtimeError(/resizable/));
    });

    test('memory that was taken away after binding stops the run, and binding anew mends it', async () => {
      const x = floats(2);
      const binding = complete().input('x', x, [2]);
      structuredClone(x, { transfer: [x.buffer] });
      await assert.rejects(binding.run(), runtimeError(/"x" was detached/));
      await binding.input('x', floats(2), [2]).run();
    });

    test('a run needs every input and an output', async () => {
      await assert.rejects(session.bind().input('x', floats(1), [1]).run(), runtimeError(/"state" is not bound/));
      const binding = session.bind().input('x', floats(1), [1]).input('state', floats(1), [1]);
      await assert.rejects(binding.run(), runtimeError(/No output/));
    });

    test('an output of the wrong size is refused, not overrun, and the binding runs again', async () => {
      const memory = floats(6).fill(7);
      const binding = complete().output('next', memory.subarray(2, 3), [1]);
      await assert.rejects(binding.run(), RuntimeError);
      assert.deepEqual([...memory.subarray(3)], [7, 7, 7]);
      await binding.output('next', memory.subarray(2, 4), [2]).run();
      assert.deepEqual([...memory], [7, 7, 0, 0, 7, 7]);
    });

    test('dimensions the model does not take are refused by the run', async () => {
      const binding = complete().input('x', floats(3), [3]);
      await assert.rejects(binding.run(), RuntimeError);
      await binding.input('x', floats(2), [2]).run();
    });

    test('only one binding of a session runs at a time, and none changes while it runs', async () => {
      const [first, second] = [complete(), complete()];
      const running = first.run();
      await assert.rejects(first.run(), runtimeError(/running/));
      await assert.rejects(second.run(), runtimeError(/running/));
      assert.throws(() => first.input('x', floats(2), [2]), runtimeError(/running/));
      await running;
      await second.run();
    });
  });
