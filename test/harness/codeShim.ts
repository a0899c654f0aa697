#!/usr/bin/env node
// Stands in for the `code` program in @vscode/test-electron and @vscode/test-cli: takes the arguments they pass, runs the tests in the
// extension host of a real workbench, prints what they print, and exits with their code.
import process from 'node:process';
import { format } from 'node:util';
import { type Browser, startBrowser } from './browser.ts';
import { startServer } from './server.ts';
import { screenshot } from './workbench.ts';

const LIMIT_MS = 20 * 60_000;

/** Lines with which VS Code itself accompanies every start. */
const NOISE =
  /^(Creating a socket|Resolv(ing|ed) connection token|Ignoring fetching additional|Updating additional|\[(reconnection-grace-time|AgentHost:remote|AccountPolicyGate|Service Worker)\])/;

interface Arguments {
  /** The folder or workspace to open. */
  readonly folder: string | undefined;
  readonly developmentPaths: readonly string[];
  readonly testsPath: string | undefined;
}

/** The three arguments that matter here; the others are about a desktop window. */
function parse(argv: readonly string[]): Arguments {
  const valuesOf = (name: string) => argv.filter(a => a.startsWith(`--${name}=`)).map(a => a.slice(name.length + 3));
  return {
    folder: argv.find(a => !a.startsWith('--')),
    developmentPaths: valuesOf('extensionDevelopmentPath'),
    testsPath: valuesOf('extensionTestsPath')[0],
  };
}

function print(type: string, args: readonly unknown[]): void {
  const line = format(...args);
  if (NOISE.test(line)) return;
  (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${line}\n`);
}

async function main(): Promise<number> {
  const { folder, developmentPaths, testsPath } = parse(process.argv.slice(2));
  if (testsPath === undefined) throw new Error('only tests can be run here: --extensionTestsPath is missing');
  const server = await startServer({ driver: true });
  let browser: Browser | undefined;
  try {
    browser = await startBrowser();
    const { page } = browser;
    const done = Promise.withResolvers<number>();
    const late = setTimeout(() => done.reject(new Error('the tests did not end in time')), LIMIT_MS);
    page.on('crash', () => done.reject(new Error('the page of the workbench crashed')));
    // The workbench calls these two by name.
    await page.exposeFunction('codeAutomationExit', (code: number) => done.resolve(code));
    await page.exposeFunction('codeAutomationLog', print);
    const uri = (p: string) => (/^[a-z-]+:\/\//.test(p) ? p : server.remoteUri(p));
    await page.goto(
      server.url(folder, [
        ...developmentPaths.map(p => ['extensionDevelopmentPath', uri(p)] as const),
        ['extensionTestsPath', uri(testsPath)],
        ['enableProposedApi', ''],
      ]),
    );
    const code = await done.promise;
    clearTimeout(late);
    return code;
  } catch (error) {
    const picture = process.env.HEADWAY_TEST_PICTURE;
    if (browser && picture) await screenshot(browser.page, picture);
    throw error;
  } finally {
    await browser?.stop();
    await server.stop();
  }
}

process.exit(await main());
