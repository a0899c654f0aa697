// dist/: built again when the content of what goes into it changed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contentKey } from './contentKey.mjs';
import { root, step } from './run.mjs';

const SOURCES = ['src', 'esbuild.mjs', 'package.json', 'package-lock.json'];

/**
 * Builds dist/ if it is older than the sources.
 * @param {string} node the Node to build with
 */
export async function buildDist(node) {
  const stamp = path.join(root, 'dist/.key');
  const key = contentKey(SOURCES);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  await step('building', node, ['esbuild.mjs']);
  writeFileSync(stamp, key);
}
