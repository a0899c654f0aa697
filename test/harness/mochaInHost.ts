// Loaded by VS Code into its extension host (bundled as CommonJS beside the test files): runs them with mocha and leaves a report.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Tally } from '../run/tally.ts';

/** Called by VS Code. A rejection is a failed run. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, color: false, reporter: 'spec' });
  const tests = readdirSync(__dirname).filter(f => f.endsWith('.test.cjs'));
  for (const f of tests.sort()) mocha.addFile(path.join(__dirname, f));
  const tally: Tally = { passed: 0, failed: [], skipped: [] };
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', () => tally.passed++);
    runner.on('fail', test => tally.failed.push(test.fullTitle()));
    runner.on('pending', test => tally.skipped.push({ name: test.fullTitle(), reason: 'skipped in the test itself' }));
  });
  const report = process.env.HEADWAY_TEST_REPORT;
  if (report !== undefined) writeFileSync(report, JSON.stringify(tally));
  if (tally.failed.length > 0) throw new Error(`${tally.failed.length} tests failed`);
}
