// Makes the VSIX for this platform: node scripts/package.ts [--out FILE]
// What belongs in it is gathered in a folder of its own, since most of node_modules is other platforms and build tools. The packages
// with native parts go to dist/node_modules, where the engine finds them and vsce takes them for ordinary files.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ROOT } from '../test/harness/paths.ts';
import { contentKey } from './prepare/contentKey.mjs';
import { copyModules } from './vsix/modules.ts';

const TARGET = `${process.platform}-${process.arch}`;
const STAGE = path.join(ROOT, 'out/vsix-stage');
const BUILT = path.join(ROOT, 'out/vsix', `${TARGET}.vsix`);
const KEY = `${BUILT}.key`;

/** Files and folders that go in as they are, where they exist. */
const COPIED = ['media', 'l10n', 'README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD_PARTY_NOTICES.md'];
const MADE_FROM = ['src', 'esbuild.mjs', 'package.json', 'package-lock.json', 'scripts/package.ts', 'scripts/vsix'];

type Manifest = Record<string, unknown> & { readonly name: string; readonly version: string };

const readManifest = () => JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;

const translations = () => globSync('package.nls*.json', { cwd: ROOT });

/** Runs a Node program with its output shown; where it fails, that is the end. */
function run(args: readonly string[], cwd: string): void {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

/** Gathers what belongs in the VSIX. */
function stage(): void {
  rmSync(STAGE, { recursive: true, force: true });
  mkdirSync(STAGE, { recursive: true });
  run(['esbuild.mjs', '--production', `--out=${path.join(STAGE, 'dist')}`], ROOT);
  for (const name of [...COPIED, ...translations()])
    if (existsSync(path.join(ROOT, name))) cpSync(path.join(ROOT, name), path.join(STAGE, name), { recursive: true });
  copyModules(path.join(ROOT, 'node_modules'), path.join(STAGE, 'dist/node_modules'), process.platform, process.arch);
  // Empty: there is nothing here to leave out, and vsce wants it said.
  writeFileSync(path.join(STAGE, '.vscodeignore'), '');
  const { scripts: _s, dependencies: _d, devDependencies: _dd, private: _p, ...manifest } = readManifest();
  writeFileSync(path.join(STAGE, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Builds the VSIX unless the one at hand was made from the same content. */
function build(): void {
  const key = contentKey([...MADE_FROM, ...COPIED, ...translations()]);
  if (existsSync(BUILT) && existsSync(KEY) && readFileSync(KEY, 'utf8') === key) return;
  rmSync(KEY, { force: true });
  stage();
  mkdirSync(path.dirname(BUILT), { recursive: true });
  const vsce = path.join(ROOT, 'node_modules/@vscode/vsce/vsce');
  const options = [
    '--target',
    TARGET,
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ];
  run([vsce, 'package', ...options, '--out', BUILT], STAGE);
  writeFileSync(KEY, key);
}

const { name, version } = readManifest();
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const out = path.resolve(values.out ?? path.join(ROOT, `${name}-${TARGET}-${version}.vsix`));
build();
mkdirSync(path.dirname(out), { recursive: true });
copyFileSync(BUILT, out);
console.log(`${path.relative('', out)}: ${(statSync(out).size / 1e6).toFixed(1)} MB`);
