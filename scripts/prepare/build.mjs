// dist/: built again when the content of what goes into it changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, step } from './run.mjs';

const SOURCES = ['src', 'esbuild.mjs', 'package.json', 'package-lock.json'];

/** All files of a path, in a stable order, relative to the repository. */
function filesUnder(relative) {
  const full = path.join(root, relative);
  const entries = readdirSync(full, { withFileTypes: true, recursive: true });
  return entries.filter(e => e.isFile()).map(e => path.relative(root, path.join(e.parentPath ?? e.path, e.name)));
}

function sourceKey() {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap(s => (path.extname(s) ? [s] : filesUnder(s))).sort();
  for (const f of files) hash.update(`${f}\0`).update(readFileSync(path.join(root, f)));
  return hash.digest('hex');
}

/**
 * Builds dist/ if it is older than the sources.
 * @param {string} node the Node to build with
 */
export async function buildDist(node) {
  const stamp = path.join(root, 'dist/.key');
  const key = sourceKey();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  await step('building', node, ['esbuild.mjs']);
  writeFileSync(stamp, key);
}
