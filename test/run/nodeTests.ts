import path from 'node:path';
import process from 'node:process';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { emptyTally, skipReason, type Tally } from './tally.ts';

/** Fields of node:test's `test:pass` and `test:fail` events that are read here. */
interface TestEvent {
  readonly name: string;
  readonly file?: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: { readonly failureType?: string } };
}

/** A test file as a whole, which node:test reports as one test where it defines none or dies before its first. */
const isFile = (e: TestEvent) =>
  e.nesting === 0 && e.file !== undefined && path.resolve(e.name) === path.resolve(e.file);

/**
 * Runs test files with node:test, each in a process of its own, and prints its report.
 * @param concurrency how many files at a time
 * @param signal ends the run
 */
export async function runNodeTests(files: readonly string[], concurrency: number, signal: AbortSignal): Promise<Tally> {
  const tally = emptyTally();
  const stream = run({ files: [...files], concurrency, signal });
  stream.on('test:pass', (e: TestEvent) => {
    if (e.details.type === 'suite' && !e.skip) return;
    if (isFile(e)) tally.failed.push(`${path.relative('', e.name)} defines no test`);
    else if (e.skip !== undefined) tally.skipped.push({ name: e.name, reason: skipReason(e.skip) });
    else if (e.todo !== undefined) tally.skipped.push({ name: e.name, reason: 'to do' });
    else tally.passed++;
  });
  stream.on('test:fail', (e: TestEvent) => {
    // Counted where it happened, not once more for every suite around it.
    if (e.details.error?.failureType === 'subtestsFailed') return;
    if (e.todo !== undefined) tally.skipped.push({ name: e.name, reason: 'to do' });
    else tally.failed.push(isFile(e) ? path.relative('', e.name) : e.name);
  });
  const report = stream.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return tally;
}
