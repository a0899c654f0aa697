import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../harness/paths.ts';
import type { Tally } from '../../run/tally.ts';

/** Runs test files with the given sources and returns the tally (by way of a process of its own: node:test does not nest). */
function tallyOf(sources: Readonly<Record<string, string>>): Tally {
  const folder = mkdtempSync(path.join(tmpdir(), 'node-tests-'));
  try {
    const files = Object.entries(sources).map(([name, text]) => {
      const file = path.join(folder, name);
      writeFileSync(file, `import { suite, test } from 'node:test';\n${text}`);
      return file;
    });
    const program = path.join(folder, 'run.mjs');
    writeFileSync(
      program,
      `import { runNodeTests } from ${JSON.stringify(path.join(ROOT, 'test/run/nodeTests.ts'))};
      const tally = await runNodeTests(${JSON.stringify(files)}, 1, new AbortController().signal);
      console.log('\\nTALLY' + JSON.stringify(tally));`,
    );
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const out = execFileSync(process.execPath, [program], { cwd: folder, env, encoding: 'utf8' });
    return JSON.parse(out.slice(out.lastIndexOf('TALLY') + 5)) as Tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('tests count once, their suites not at all, skipped ones with their reason', () => {
  const tally = tallyOf({
    'a.test.mjs': `
      test('good', () => {});
      suite('around', () => { test('bad', () => { throw new Error('no'); }); test('better', () => {}); });
      test('not here', { skip: 'no data' }, () => {});
      test('parent', async t => { await t.test('child', () => { throw new Error('no'); }); });`,
  });
  assert.deepEqual(tally, {
    passed: 2,
    failed: ['bad', 'child'],
    skipped: [{ name: 'not here', reason: 'no data' }],
  });
});

test('a file that cannot be loaded, dies or defines no test is a failure', () => {
  const tally = tallyOf({
    'a.test.mjs': `await import('./missing.mjs');`,
    'b.test.mjs': `test('dies', () => process.exit(3));`,
    'c.test.mjs': '',
    'd.test.mjs': `test('good', () => {});`,
  });
  assert.equal(tally.passed, 1);
  assert.equal(tally.failed.length, 3, tally.failed.join(', '));
  assert.ok(
    tally.failed.some(f => f.includes('c.test.mjs defines no test')),
    tally.failed.join(', '),
  );
});
