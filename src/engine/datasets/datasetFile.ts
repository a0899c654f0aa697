import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { SPLITS, type DatasetFile, type Layout, type Split } from '../../shared/dataset.ts';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { readJson, readText, writeFileAtomic, writeJson } from '../files/atomic.ts';
import { datasetFile, splitsFile } from '../files/workspace.ts';

/** One row of `splits.csv`. The group is the path where the file leaves it empty. */
export interface PinnedImage {
  path: string;
  split: Split;
  group: string;
}

const LAYOUTS: readonly Layout[] = ['folders', 'split-folders', 'manifest'];

/** Writes the splits before the file that makes the data set exist. */
export async function writeDataset(
  workspace: string,
  file: DatasetFile,
  pinned: readonly PinnedImage[],
): Promise<void> {
  const rows = pinned.map(({ path, split, group }) => [path, split, group === path ? '' : group]);
  await writeFileAtomic(splitsFile(workspace, file.name), stringify([['path', 'split', 'group'], ...rows]));
  await writeJson(datasetFile(workspace, file.name), file);
}

/** Throws HeadwayError: `not-found` without such a data set, `data` when the file is damaged or from a newer Headway. */
export async function readDatasetFile(workspace: string, name: string): Promise<DatasetFile> {
  const path = datasetFile(workspace, name);
  let value: unknown;
  try {
    value = await readJson(path);
  } catch (error) {
    if (!(error instanceof HeadwayError) || error.code !== 'not-found') throw error;
    throw new HeadwayError('not-found', `There is no data set "${name}" in ${workspace}.`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && 'schema' in value && Number(value.schema) > 1)
    throw new HeadwayError('data', `${path} was written by a newer Headway; update Headway to use it.`);
  if (!isDatasetFile(value))
    throw new HeadwayError('data', `${path} is not a data set of Headway; mend it or add the data set again.`);
  return value;
}

/** Throws HeadwayError('data') that names the file. */
export async function readSplits(workspace: string, name: string): Promise<PinnedImage[]> {
  const path = splitsFile(workspace, name);
  const text = await readText(path).catch((error: unknown) => {
    throw new HeadwayError('data', `${messageOf(error)} Add the data set "${name}" again.`, { cause: error });
  });
  try {
    const rows = parse(text, { bom: true, skip_empty_lines: true, from: 2, relax_column_count_less: true });
    return rows.map(row => pinnedOf(row));
  } catch (error) {
    throw new HeadwayError('data', `${path} cannot be understood: ${messageOf(error)}`, { cause: error });
  }
}

function pinnedOf([path, split, group]: string[]): PinnedImage {
  const known = SPLITS.find(s => s === split);
  if (!path || !known) throw new Error(`"${path ?? ''}" has the split "${split ?? ''}", none of ${SPLITS.join(', ')}.`);
  return { path, split: known, group: group ? group : path };
}

function isDatasetFile(value: unknown): value is DatasetFile {
  if (typeof value !== 'object' || value === null) return false;
  const file = value as Partial<Record<keyof DatasetFile, unknown>>;
  const split = file.split as Partial<DatasetFile['split']> | null | undefined;
  return (
    file.schema === 1 &&
    typeof file.name === 'string' &&
    typeof file.source === 'string' &&
    LAYOUTS.some(layout => layout === file.layout) &&
    (file.labelColumn === undefined || typeof file.labelColumn === 'string') &&
    Array.isArray(file.classes) &&
    file.classes.every(name => typeof name === 'string') &&
    typeof split === 'object' &&
    split !== null &&
    Array.isArray(split.ratio) &&
    typeof split.seed === 'number'
  );
}
