// One hash for the content of many files.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './run.mjs';

/** All files of a folder, relative to the repository. */
function filesUnder(folder) {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true });
  return entries.filter(e => e.isFile()).map(e => path.relative(root, path.join(e.parentPath ?? e.path, e.name)));
}

/**
 * @param {readonly string[]} names files and folders relative to the repository; those that do not exist count as such
 * @returns {string} SHA-256 (hexadecimal) over the names and contents of all their files
 */
export function contentKey(names) {
  const present = names.filter(n => existsSync(path.join(root, n)));
  const files = present.flatMap(n => (statSync(path.join(root, n)).isDirectory() ? filesUnder(n) : [n])).sort();
  const hash = createHash('sha256');
  for (const f of files) {
    const content = readFileSync(path.join(root, f));
    hash.update(`${f}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
