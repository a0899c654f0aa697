import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openRuntime } from '../../../src/engine/runtime/openRuntime.ts';
import { probeNative } from '../../../src/engine/runtime/probe.ts';

const probeCommand = [fileURLToPath(new URL('probeEntry.ts', import.meta.url))];
const failing = ['-e', 'console.log(JSON.stringify({ ok: false, problem: "no such luck" }))'];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'headway-runtime-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(options: Partial<Parameters<typeof openRuntime>[0]>) {
  const { runtime, nativeProblem } = await openRuntime({
    cacheDirectory: path.join(folder, 'cache'),
    probeCommand,
    ...options,
  });
  await runtime[Symbol.asyncDispose]();
  return { kind: runtime.kind, nativeProblem };
}

test('native serves once its check has passed, and the check is not repeated', async () => {
  assert.deepEqual(await open({}), { kind: 'native', nativeProblem: undefined });
  assert.deepEqual(await open({ probeCommand: failing }), { kind: 'native', nativeProblem: undefined });
});

test('portable serves when the check fails; the reason is told and remembered until checked again', async () => {
  assert.deepEqual(await open({ probeCommand: failing }), { kind: 'portable', nativeProblem: 'no such luck' });
  assert.deepEqual(await open({}), { kind: 'portable', nativeProblem: 'no such luck' });
  assert.deepEqual(await open({ recheck: true }), { kind: 'native', nativeProblem: undefined });
});

test('a failure of another installation or of the day before is checked again', async () => {
  const file = path.join(folder, 'cache', 'native-runtime.json');
  await open({ probeCommand: failing });
  const outcome = JSON.parse(await readFile(file, 'utf8')) as { key: string; checkedAt: number };
  await writeFile(file, JSON.stringify({ ...outcome, key: `${outcome.key}x` }));
  assert.equal((await open({})).kind, 'native');
  await writeFile(file, JSON.stringify({ ...outcome, checkedAt: outcome.checkedAt - 25 * 3600 * 1000 }));
  assert.equal((await open({})).kind, 'native');
  await writeFile(file, '{ damaged');
  assert.equal((await open({})).kind, 'native');
});

test('portable can be asked for without a check', async () => {
  assert.deepEqual(await open({ prefer: 'portable', probeCommand: ['-e', 'process.abort()'] }), {
    kind: 'portable',
    nativeProblem: undefined,
  });
});

test('the probe survives a crash, a hang, an early end and noise', async () => {
  assert.equal(await probeNative(probeCommand), undefined);
  assert.match((await probeNative(['-e', 'process.kill(process.pid, "SIGSEGV")'])) ?? '', /SIGSEGV|code/);
  assert.match((await probeNative(['-e', 'setInterval(() => {}, 1000)'], 500)) ?? '', /within 0.5 seconds/);
  assert.match((await probeNative(['-e', 'console.error("why"); process.exit(3)'])) ?? '', /code 3.*why/);
  assert.match((await probeNative(['-e', ''])) ?? '', /code 0/);
  assert.equal(
    await probeNative(['-e', 'console.log("noise"); console.log(`{"ok":true}`); process.exit(9)']),
    undefined,
  );
});
