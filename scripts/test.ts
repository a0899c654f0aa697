// Runs the test tiers: all of them, or those named. Further words select test files by a part of their path.
//   npm test
//   npm test -- unit webview
//   npm test -- unit tally
import { globSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ROOT } from '../test/harness/paths.ts';
import { Interrupted, runScript } from '../test/run/commands.ts';
import { runInHost } from '../test/run/integration.ts';
import { runLint } from '../test/run/lint.ts';
import { runNodeTests } from '../test/run/nodeTests.ts';
import { emptyTally, summary, type Tally, type TierResult } from '../test/run/tally.ts';

interface Tier {
  readonly name: string;
  /** A tier that takes longer than this hangs and is ended. */
  readonly minutes: number;
  /** Its test files; a tier without (lint) does not look at files. */
  readonly files?: string;
  run(files: readonly string[], signal: AbortSignal): Promise<Tally>;
}

const BUILD = ['scripts/ensure.mjs', 'build'];
const SET_UP_VSCODE = ['test/harness/setup.mjs'];

const TIERS: readonly Tier[] = [
  { name: 'lint', minutes: 10, run: (_, signal) => runLint(signal) },
  {
    name: 'unit',
    minutes: 30,
    files: 'test/unit/**/*.test.ts',
    run: (files, signal) => runNodeTests(files, 2, signal),
  },
  {
    name: 'webview',
    minutes: 30,
    files: 'test/webview/**/*.test.ts',
    run: async (files, signal) => {
      await mustRun(BUILD, signal);
      return runNodeTests(files, 1, signal);
    },
  },
  {
    name: 'integration',
    minutes: 30,
    files: 'test/integration/**/*.test.ts',
    run: async (files, signal) => {
      await mustRun(BUILD, signal);
      if (process.env.VSCODE_EXECUTABLE === undefined) await mustRun(SET_UP_VSCODE, signal);
      return runInHost(files, signal);
    },
  },
  {
    name: 'e2e',
    minutes: 45,
    files: 'test/e2e/**/*.test.ts',
    run: async (files, signal) => {
      await mustRun(SET_UP_VSCODE, signal);
      const vsix = path.join(ROOT, 'out/e2e/headway.vsix');
      await mustRun(['scripts/package.ts', '--out', vsix], signal);
      process.env.HEADWAY_VSIX = vsix;
      return runNodeTests(files, 1, signal);
    },
  },
];

async function mustRun(args: readonly string[], signal: AbortSignal): Promise<void> {
  const code = await runScript(args, signal);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`);
}

/** Runs a tier; one that breaks counts as one failed test. */
async function runTier(tier: Tier, files: readonly string[], interrupt: AbortSignal): Promise<TierResult> {
  console.log(`\n── ${tier.name} ──`);
  const start = performance.now();
  const late = AbortSignal.timeout(tier.minutes * 60_000);
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const tally = await tier.run(files, AbortSignal.any([interrupt, late]));
    if (late.aborted) tally.failed.push(`not done within ${tier.minutes} minutes`);
    return { ...tally, tier: tier.name, seconds: seconds() };
  } catch (error) {
    console.error(error);
    const what = error instanceof Error ? error.message : String(error);
    return { ...emptyTally(), failed: [`the tier broke: ${what}`], tier: tier.name, seconds: seconds() };
  }
}

async function main(): Promise<number> {
  const words = process.argv.slice(2).filter(a => !a.startsWith('-'));
  const named = TIERS.filter(t => words.includes(t.name));
  const parts = words.filter(w => !TIERS.some(t => t.name === w)).map(w => w.replaceAll(path.sep, '/'));
  const interrupt = new AbortController();
  for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(s, () => interrupt.abort(new Interrupted(s)));

  const results: TierResult[] = [];
  for (const tier of named.length > 0 ? named : TIERS) {
    if (interrupt.signal.aborted) return 130;
    if (!tier.files) {
      if (parts.length === 0) results.push(await runTier(tier, [], interrupt.signal));
      continue;
    }
    const all = globSync(tier.files, { cwd: ROOT }).sort();
    const files = all.filter(f => parts.length === 0 || parts.some(p => f.replaceAll(path.sep, '/').includes(p)));
    if (files.length > 0)
      results.push(
        await runTier(
          tier,
          files.map(f => path.join(ROOT, f)),
          interrupt.signal,
        ),
      );
    else if (parts.length === 0) results.push({ ...emptyTally(), tier: tier.name, seconds: 0 });
  }
  if (interrupt.signal.aborted) return 130;
  console.log(`\n${summary(results)}`);
  const failed = results.some(r => r.failed.length > 0);
  return failed || results.every(r => r.passed === 0) ? 1 : 0;
}

process.exitCode = await main();
