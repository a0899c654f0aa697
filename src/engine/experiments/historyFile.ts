import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { HeadwayError } from '../../shared/errors.ts';
import type { EpochRow } from '../../shared/experiment.ts';
import { readText, writeFileAtomic } from '../files/atomic.ts';

const COLUMNS: readonly (keyof EpochRow)[] = [
  'epoch',
  'trainLoss',
  'trainAccuracy',
  'validationLoss',
  'validationAccuracy',
  'learningRate',
  'l2',
  'seconds',
];

/** `history.csv`: one row per epoch. */
export const writeHistory = (file: string, rows: readonly EpochRow[]): Promise<void> =>
  writeFileAtomic(file, stringify(rows.slice(), { header: true, columns: COLUMNS.slice() }));

/** Empty when there is no such file yet. Throws HeadwayError('io') for a damaged one. */
export async function readHistory(file: string): Promise<EpochRow[]> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    if (error instanceof HeadwayError && error.code === 'not-found') return [];
    throw error;
  }
  try {
    const rows: Record<string, string>[] = parse(text, { columns: true, skip_empty_lines: true });
    return rows.map(
      row => Object.fromEntries(COLUMNS.flatMap(c => (row[c] ? [[c, Number(row[c])]] : []))) as unknown as EpochRow,
    );
  } catch (error) {
    throw new HeadwayError('io', `${file} is damaged; delete the experiment or train it again.`, { cause: error });
  }
}
