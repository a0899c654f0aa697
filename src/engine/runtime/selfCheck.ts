import { CancelledError } from '../../shared/errors.ts';
import { RuntimeError, type Runtime } from './runtime.ts';
import { elementTypesModel, loopModel } from './selfCheckModels.ts';

/**
 * Runs small graphs through every call a runtime makes and compares the results. Ends the process, hangs or throws where the
 * runtime does not work here, so it runs in a process of its own (see `probe.ts`).
 */
export async function selfCheck(runtime: Runtime): Promise<void> {
  await checkElementTypes(runtime);
  await checkErrors(runtime);
  await checkLoop(runtime);
}

async function checkElementTypes(runtime: Runtime): Promise<void> {
  await using session = await runtime.load(elementTypesModel(), { threads: 1 });
  expectEqual('input names', session.inputs, ['f', 'i', 'l', 'u']);
  expectEqual('output names', session.outputs, ['f2', 'i2', 'l2', 'u2', 'uf']);
  expectEqual(
    'input types',
    session.inputInfo.map(info => info.type),
    ['float32', 'int32', 'int64', 'uint8'],
  );
  expectEqual('dimensions', session.inputInfo[0]!.dims, ['n', 2]);
  const f = new Float32Array(4);
  const out = {
    f2: new Float32Array(4),
    i2: new Int32Array(2),
    l2: new BigInt64Array(1),
    u2: new Uint8Array(2),
    uf: new Float32Array(3),
  };
  const binding = session
    .bind()
    .input('f', f, [2, 2])
    .input('i', Int32Array.of(3, 200), [2])
    .input('l', BigInt64Array.of(2n ** 40n), [])
    .input('u', Uint8Array.of(0, 128, 255), [3])
    .output('f2', out.f2, [2, 2])
    .output('i2', out.i2, [2])
    .output('l2', out.l2, [])
    .output('u2', out.u2, [2])
    .output('uf', out.uf, [3]);
  for (const value of [1, 2]) {
    f.fill(value); // Written after binding: the run must see it.
    await binding.run();
    expectEqual('float32', out.f2, [2 * value, 2 * value, 2 * value, 2 * value]);
  }
  expectEqual('int32', out.i2, [6, 400]);
  expectEqual('int64', out.l2, [2n ** 41n]);
  expectEqual('uint8', out.u2, [3, 200]);
  expectEqual('uint8 input', out.uf, [0, 128, 255]);
}

async function checkErrors(runtime: Runtime): Promise<void> {
  const error = await rejection(runtime.load(Uint8Array.of(1, 2, 3)));
  if (!(error instanceof RuntimeError) || error.message === '') throw unexpected('loading a broken model', error);
}

async function checkLoop(runtime: Runtime): Promise<void> {
  await using session = await runtime.load(loopModel(), { threads: 1 });
  const steps = BigInt64Array.of(1000n);
  const y = new Float32Array(1);
  const binding = session.bind().input('steps', steps, []).input('x', Float32Array.of(0.5), [1]).output('y', y, [1]);
  if (runtime.kind === 'native') {
    steps[0] = 2n ** 60n; // For ever: only ending it early gets us on.
    const error = await rejection(binding.run(AbortSignal.timeout(20)));
    if (!(error instanceof CancelledError)) throw unexpected('cancelling', error);
    steps[0] = 1000n;
  }
  await binding.run();
  expectEqual('Loop', y, [1000.5]);
}

function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function expectEqual(what: string, got: ArrayLike<unknown>, expected: readonly unknown[]): void {
  const list = Array.from(got);
  if (list.length !== expected.length || list.some((value, i) => value !== expected[i]))
    throw new RuntimeError(`Self-check of ${what}: got ${list.join(', ')}, expected ${expected.join(', ')}.`, 1);
}

function unexpected(what: string, error: unknown): RuntimeError {
  return new RuntimeError(`Self-check of ${what} did not end as it should.`, 1, { cause: error });
}
