// Installs the VS Code that tests drive: VS Code's server and workbench (npm package code-server) on the Node pinned in scripts/node.
//   node test/harness/setup.mjs
// Does nothing when it is installed. Install scripts stay off, since some of them want Debian -dev packages for parts that no test
// loads; only the two small addons that the server looks for at every start are compiled, where there is a compiler.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { provideNode } from '../../scripts/prepare/install.mjs';
import { withLock } from '../../scripts/prepare/lock.mjs';
import { npm, PrepareError } from '../../scripts/prepare/run.mjs';

const host = path.join(import.meta.dirname, 'vscode-host');
const stamp = path.join(host, 'node_modules/.ready');
const vscode = path.join(host, 'node_modules/code-server/lib/vscode');

/** 277 MB that no test needs: AI agents and the sandboxes of other systems. */
const UNUSED = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
];

function installKey() {
  const hash = createHash('sha256');
  for (const f of ['package.json', 'package-lock.json', '../setup.mjs']) hash.update(readFileSync(path.join(host, f)));
  return hash.digest('hex');
}

async function install() {
  const node = await provideNode({ pinned: true });
  const run = (what, args, cwd, env) => npm(what, args, { cwd, node, ...(env ? { env } : {}) });
  await run('installing a VS Code to test in', ['ci', '--ignore-scripts'], host);
  // Not `npm ci`: the shrinkwrap file that code-server ships lacks one package.
  const production = ['install', '--omit=dev', '--ignore-scripts'];
  await run("installing VS Code's modules", production, vscode);
  await run("installing the modules of VS Code's own extensions", production, path.join(vscode, 'extensions'));
  try {
    // Node's headers lie beside the pinned binary; an npm setting made elsewhere may point to another version's.
    const env = { npm_config_nodedir: path.resolve(path.dirname(node), '..') };
    const addons = ['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog'];
    await run("compiling VS Code's log writer and watchdog", addons, vscode, env);
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    console.error(
      `${error.message} The tests run without these two (a C++ compiler, make and Python build them), with longer logs.`,
    );
  }
  for (const unused of UNUSED) rmSync(path.join(vscode, unused), { recursive: true, force: true });
}

try {
  await withLock(async () => {
    const key = installKey();
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
    if (process.platform === 'win32')
      throw new PrepareError(
        'VS Code to test in cannot be installed from npm on Windows: set VSCODE_EXECUTABLE to an installed VS Code.',
      );
    await install();
    writeFileSync(stamp, key);
  });
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
