/** Which pictures of a data set the preview of augmentation shows. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { STORE } from '../workspaceRoot.ts';

/** Paths of the images in the train split, relative to the data set, as `splits.csv` lists them. Throws where there is no such file. */
export async function trainImages(workspace: string, dataset: string): Promise<string[]> {
  const text = await readFile(path.join(workspace, STORE, 'datasets', dataset, 'splits.csv'), 'utf8');
  const rows: string[][] = parse(text, { bom: true, skip_empty_lines: true, from: 2, relax_column_count: true });
  return rows.flatMap(([file, split]) => (file !== undefined && split === 'train' ? [file] : []));
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Index of the nth picture to look at among `length`: steps of the golden section spread over the classes, which lie one after
 * the other, and come back to where they began only after all.
 */
export function spread(n: number, length: number): number {
  if (length <= 1) return 0;
  let step = Math.max(1, Math.round(length * GOLDEN));
  while (gcd(step, length) !== 1) step++;
  return (((n * step) % length) + length) % length;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
