// Builds dist/: the extension (CommonJS, loaded by VS Code), the engine (ES modules, run by plain Node) and the webview's scripts.
import { context, build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = import.meta.dirname;
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const common = {
  bundle: true,
  absWorkingDir: root,
  logLevel: 'warning',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
};
// Packages with native parts stay outside the bundle and are resolved from node_modules at run time.
const native = ['sharp', 'koffi', 'onnxruntime-node', 'onnxruntime-web'];

const targets = [
  {
    ...common,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode'],
  },
  {
    ...common,
    entryPoints: { main: 'src/engine/main.ts' },
    outdir: 'dist/engine',
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'node',
    target: 'node22',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: native,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  },
  ...readdirSync(path.join(root, 'src/webview'), { withFileTypes: true })
    .filter(d => d.isDirectory() && existsSync(path.join(root, 'src/webview', d.name, 'main.tsx')))
    .map(d => ({
      ...common,
      entryPoints: { [d.name]: `src/webview/${d.name}/main.tsx` },
      outdir: 'dist/webview',
      format: 'esm',
      platform: 'browser',
      target: 'chrome128',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
      define: { 'process.env.NODE_ENV': '"production"' },
    })),
].filter(t => Object.values(t.entryPoints).every(e => existsSync(path.join(root, e))));

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
mkdirSync(path.join(root, 'dist/webview'), { recursive: true });
const codicons = path.join(root, 'node_modules/@vscode/codicons/dist');
for (const f of ['codicon.css', 'codicon.ttf']) cpSync(path.join(codicons, f), path.join(root, 'dist/webview', f));

if (watch) {
  for (const t of targets) await (await context({ ...t, logLevel: 'info' })).watch();
} else await Promise.all(targets.map(t => build(t)));
