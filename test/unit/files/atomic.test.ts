import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { isTemporaryName, readJson, readText, writeFileAtomic, writeJson } from '../../../src/engine/files/atomic.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const hasCode = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof HeadwayError && error.code === code && text.test(error.message);

test('writes replace the file, make its folders and leave nothing else behind', async () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, 'a', 'b', 'c.json');
  await writeJson(file, { a: 1 });
  await writeJson(file, { a: 2 });
  assert.deepEqual(await readJson(file), { a: 2 });
  await writeFileAtomic(file, Uint8Array.of(104, 105));
  assert.equal(await readText(file), 'hi');
  assert.deepEqual(readdirSync(path.dirname(file)), ['c.json']);
});

test('errors name the file and what is wrong', async () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, 'x.json');
  await assert.rejects(readJson(file), hasCode('not-found', /x\.json does not exist/));
  writeFileSync(file, '{ "half": ');
  await assert.rejects(readJson(file), hasCode('data', /x\.json is not valid JSON/));
  mkdirSync(path.join(folder.path, 'taken'));
  await assert.rejects(
    writeFileAtomic(path.join(folder.path, 'taken'), 'x'),
    hasCode('io', /taken could not be written/),
  );
  assert.deepEqual(readdirSync(folder.path).filter(isTemporaryName), []);
});

test('a reader sees whole files only, while a writer is killed at any moment', async () => {
  using folder = temporaryFolder();
  const file = path.join(folder.path, 'state.json');
  const module = path.resolve(import.meta.dirname, '../../../src/engine/files/atomic.ts');
  const code = `import { writeFileAtomic } from ${JSON.stringify(`file://${module}`)};
    for (let i = 0; ; i++) await writeFileAtomic(${JSON.stringify(file)}, String(i % 10).repeat(300_000));`;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
    let read = 0;
    while (read < 40) {
      const text = await readText(file).catch((error: unknown) => {
        assert.ok(error instanceof HeadwayError && error.code === 'not-found', String(error));
        return undefined;
      });
      if (text === undefined) continue;
      assert.equal(text.length, 300_000);
      assert.equal(text, text[0]!.repeat(300_000));
      read++;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(readFileSync(file).length, 300_000);
  }
  const others = readdirSync(folder.path).filter(name => name !== 'state.json');
  assert.ok(others.every(isTemporaryName), others.join());
});
