import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { openStore, type Store } from '../../../src/engine/store/store.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { DIMENSIONS, featureOf, nameOf, readRows } from './features.ts';

const writer = path.join(import.meta.dirname, 'writer.ts');

/** Starts a writer and resolves when it has finished so many transactions. */
async function startWriter(
  directory: string,
  seed: number,
  groups: number,
): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, directory, String(seed)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let marks = 0;
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      marks += data.length;
      if (marks >= groups) resolve();
    });
    child.once('exit', code => reject(new Error(`the writer ended with ${code ?? 'a signal'}: ${said}`)));
  });
  return { child, said: () => said };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Rows that are there must be right. Returns how many there are of the first `count`. */
function checkRows(store: Store, seed: number, count: number): number {
  const names = Array.from({ length: count }, (_, i) => nameOf(seed, i));
  const values = new Float32Array(count * DIMENSIONS);
  const found = readRows(store, names, values);
  for (const [i, name] of names.entries()) {
    if (found[i]) assert.deepEqual(values.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS), featureOf(name));
  }
  return found.reduce((a, b) => a + b, 0);
}

test('two processes write and a third reads at once; killing both leaves whole transactions only', async () => {
  using folder = temporaryFolder();
  const messages: string[] = [];
  for (let round = 0; round < 3; round++) {
    const seeds = [2 * round, 2 * round + 1];
    const writers = await Promise.all(seeds.map(seed => startWriter(folder.path, seed, 5 + 10 * round)));
    try {
      using store = openStore(folder.path, m => messages.push(m));
      for (const seed of seeds) assert.ok(checkRows(store, seed, 200) >= 80);
    } finally {
      await Promise.all(writers.map(({ child }) => kill(child)));
    }
    assert.equal(writers.map(w => w.said()).join(''), '');
    using store = openStore(folder.path, m => messages.push(m));
    for (const seed of seeds) {
      // The groups of 16 are transactions: a part of one would show as a rest.
      const rows = checkRows(store, seed, 16 * 2000);
      assert.ok(rows >= 80 && rows % 16 === 0, `${rows} rows of writer ${seed}`);
    }
  }
  assert.deepEqual(messages, []);
});
