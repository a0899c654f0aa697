// Builds dist/: the extension (CommonJS, loaded by VS Code), the engine (ES modules, run by plain Node) and the webview's scripts.
//   node esbuild.mjs [--watch] [--production] [--out=FOLDER]
import { context, build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = import.meta.dirname;
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const out = path.resolve(root, process.argv.find(a => a.startsWith('--out='))?.slice('--out='.length) ?? 'dist');
const common = {
  bundle: true,
  absWorkingDir: root,
  logLevel: 'warning',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  metafile: true,
};
// Packages with native parts stay outside the bundle and are resolved from node_modules at run time.
const native = ['sharp', 'koffi', 'onnxruntime-common', 'onnxruntime-node', 'onnxruntime-web'];

const targets = [
  {
    ...common,
    entryPoints: ['src/extension/extension.ts'],
    outfile: path.join(out, 'extension.cjs'),
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode'],
  },
  {
    ...common,
    entryPoints: { main: 'src/engine/main.ts' },
    outdir: path.join(out, 'engine'),
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
      outdir: path.join(out, 'webview'),
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

const codicons = path.join(root, 'node_modules/@vscode/codicons/dist');
const copied = ['codicon.css', 'codicon.ttf'].map(f => path.join(out, 'webview', f));
mkdirSync(path.join(out, 'webview'), { recursive: true });
for (const f of copied) cpSync(path.join(codicons, path.basename(f)), f);

/** Removes what an earlier build left. Afterwards, not before: a process that runs from dist/ meanwhile still finds its files. */
function removeStale(results) {
  const fresh = new Set([
    ...copied,
    ...results.flatMap(r => Object.keys(r.metafile.outputs).map(f => path.resolve(root, f))),
  ]);
  for (const e of readdirSync(out, { withFileTypes: true, recursive: true })) {
    const file = path.join(e.parentPath, e.name);
    if (e.isFile() && !fresh.has(file)) rmSync(file);
  }
}

if (watch) {
  for (const t of targets) await (await context({ ...t, logLevel: 'info' })).watch();
} else {
  try {
    removeStale(await Promise.all(targets.map(t => build(t))));
  } catch (error) {
    if (!error.errors) throw error;
    // esbuild has printed them.
    process.exitCode = 1;
  }
}
