// Prepares the checkout (packages, Node 24, build, browser) as far as WORD needs it, then hands over to what does the work:
//   node scripts/ensure.mjs WORD [ARGS]
// Runs on any Node >= 20 without a single package, because it is the first thing that runs after a clone. Everything the preparation
// says goes to stderr and only when something is really done, so that `headway --json` stays one JSON document on stdout.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { findBrowser, installBrowser } from './prepare/browser.mjs';
import { buildDist } from './prepare/build.mjs';
import { installPackages, provideNode } from './prepare/install.mjs';
import { withLock } from './prepare/lock.mjs';
import { PrepareError, root, runToEnd } from './prepare/run.mjs';

const ENGINE = 'dist/engine/main.mjs';
const TIERS_WITH_BROWSER = ['webview', 'integration', 'e2e'];

/** What each word needs before it runs (`browser` may depend on the arguments), and what it runs. */
const WORDS = {
  headway: { build: true, script: ENGINE, callersFolder: true },
  demo: { build: true, script: ENGINE, first: ['demo'], callersFolder: true },
  bench: { build: true, script: 'bench/main.ts' },
  // Builds by itself, so that a broken build is one failure among the results.
  test: { script: 'scripts/test.ts', browser: needsBrowser },
  package: { script: 'scripts/package.ts' },
  shots: { build: true, script: 'scripts/shots.ts', browser: () => true },
  build: { build: true },
  watch: { script: 'esbuild.mjs', first: ['--watch'] },
};

/** @param {string[]} args */
function needsBrowser(args) {
  const named = args.filter(a => !a.startsWith('-'));
  return named.length === 0 || named.some(a => TIERS_WITH_BROWSER.some(t => a.includes(t)));
}

/** The folder the user stood in: npm moves to the repository and leaves the original in INIT_CWD. */
function callersFolder() {
  const cwd = process.cwd();
  return cwd === root && process.env.INIT_CWD ? process.env.INIT_CWD : cwd;
}

async function main() {
  const [word = '', ...args] = process.argv.slice(2);
  const plan = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (!plan) throw new PrepareError(`Usage: node scripts/ensure.mjs ${Object.keys(WORDS).join('|')} [ARGS]`, 2);
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new PrepareError(
      `Headway's scripts need Node 20 or newer to start, and this is ${process.version}: install a newer one.`,
    );

  const node = await withLock(async () => {
    await installPackages();
    const node24 = await provideNode();
    if (plan.build) await buildDist(node24);
    if (plan.browser?.(args)) await installBrowser();
    return node24;
  });
  if (!plan.script) return 0;
  const script = path.join(root, plan.script);
  if (!existsSync(script))
    throw new PrepareError(`${plan.script} does not exist, so there is nothing to run for "${word}".`);

  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
  const browser = plan.browser && findBrowser();
  if (browser) env.CHROMIUM = browser;
  const cwd = plan.callersFolder ? callersFolder() : root;
  return runToEnd(node, [script, ...(plan.first ?? []), ...args], { cwd, env, stdio: 'inherit' });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
