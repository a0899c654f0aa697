/** Guesses about a source of images before the engine reads it: its name and the label columns of a manifest. */
import path from 'node:path';
import { t } from '../platform/text.ts';

const NOT_LABELS = new Set(['path', 'file', 'filename', 'file_name', 'image', 'image_path', 'split', 'group']);

/** Columns that may hold the label, `label` first and other usual names after it. */
export function labelColumns(header: readonly string[]): string[] {
  const usual = ['label', 'class', 'target', 'category'];
  const rank = (name: string) => {
    const i = usual.indexOf(name.toLowerCase());
    return i === -1 ? usual.length : i;
  };
  return header.filter(c => c !== '' && !NOT_LABELS.has(c.toLowerCase())).sort((a, b) => rank(a) - rank(b));
}

/** A name for the data set at `source` that is not taken: the folder's or file's own, else with a number. */
export function suggestName(source: string, taken: readonly string[]): string {
  const own = path.basename(source).replace(/\.(?:csv|tsv|txt)$/i, '');
  const cleaned = own
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 60)
    .replace(/[ .-]+$/, '');
  const base = cleaned === '' ? 'dataset' : cleaned;
  const used = new Set(taken.map(n => n.toLowerCase()));
  let name = base;
  for (let i = 2; used.has(name.toLowerCase()); i++) name = `${base}-${i}`;
  return name;
}

/** The sentence to show under the input, or undefined when the name is good. The name is also a folder's. */
export function validateName(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return t('Give the dataset a name.');
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,63}$/u.test(name) || /[ .]$/.test(name))
    return t('Use up to 64 letters, digits, spaces, dots, dashes and underscores, beginning with a letter or digit.');
  if (taken.some(n => n.toLowerCase() === name.toLowerCase())) return t('There is already a dataset “{0}”.', name);
  return undefined;
}
