import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { ROOT } from '../harness/paths.ts';
import { Interrupted } from './commands.ts';
import type { Tally } from './tally.ts';

const OUT = path.join(ROOT, 'out/integration');
const RUNNER = path.join(ROOT, 'test/harness/mochaInHost.ts');

/**
 * Runs mocha tests inside the extension host of a real VS Code, with this repository as the extension under development and an empty
 * folder as workspace: the VS Code that VSCODE_EXECUTABLE names, else the one of the test harness.
 * @param files TypeScript files that use mocha's `suite` and `test` and import `vscode`
 * @param signal ends the run
 */
export async function runInHost(files: readonly string[], signal: AbortSignal): Promise<Tally> {
  rmSync(OUT, { recursive: true, force: true });
  await build({
    // CommonJS, since the extension host gives `vscode` to what is required.
    entryPoints: [...files, RUNNER],
    outdir: OUT,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const workspace = mkdtempSync(path.join(tmpdir(), 'headway-workspace-'));
  mkdirSync(path.join(ROOT, 'out/pictures'), { recursive: true });
  const report = path.join(OUT, 'report.json');
  // runTests closes VS Code on SIGINT and offers no other way; a real one reaches it by itself.
  const close = () => {
    const reason: unknown = signal.reason;
    if (!(reason instanceof Interrupted && reason.signal === 'SIGINT')) process.emit('SIGINT');
  };
  signal.addEventListener('abort', close);
  try {
    await runTests({
      vscodeExecutablePath: process.env.VSCODE_EXECUTABLE ?? path.join(ROOT, 'test/harness/codeShim.ts'),
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: path.join(OUT, 'mochaInHost.cjs'),
      launchArgs: [workspace],
      extensionTestsEnv: {
        HEADWAY_ROOT: ROOT,
        HEADWAY_TEST_REPORT: report,
        HEADWAY_TEST_PICTURE: path.join(ROOT, 'out/pictures/integration-failure.png'),
      },
    });
  } catch (error) {
    // A run with failed tests ends so, and its report tells which.
    if (!existsSync(report)) throw error;
  } finally {
    signal.removeEventListener('abort', close);
    rmSync(workspace, { recursive: true, force: true });
  }
  if (!existsSync(report)) throw new Error('the extension host ended without a report');
  return JSON.parse(readFileSync(report, 'utf8')) as Tally;
}
