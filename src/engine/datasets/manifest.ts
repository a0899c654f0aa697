import { parse, type CsvError } from 'csv-parse/sync';
import path from 'node:path';
import type { Problem } from '../../shared/dataset.ts';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { readText } from '../files/atomic.ts';
import { splitOfName, type Entry, type Listing } from './entry.ts';

const PATH_COLUMNS = ['path', 'file', 'filename', 'image', 'image_path'];
const LABEL_COLUMNS = ['label', 'class'];

/**
 * A CSV with the columns path, label[, split][, group], separated by comma, semicolon or tab. Paths are relative to its folder or
 * absolute. Throws HeadwayError('data') that names the file and the line.
 */
export async function listManifest(file: string, labelColumn?: string): Promise<Listing> {
  return parseManifest(await readManifest(file), file, labelColumn);
}

export function parseManifest(text: string, file: string, labelColumn?: string): Listing {
  const [header, ...rows] = parseRows(text, file);
  if (!header) throw new HeadwayError('data', `${file} is empty; it needs the columns path and label.`);
  const columns = header.cells.map(name => name.trim());
  const at = (names: readonly string[]): number =>
    names.map(name => columns.findIndex(c => c.toLowerCase() === name.toLowerCase())).find(i => i >= 0) ?? -1;
  const required = (names: readonly string[], what: string): number => {
    const index = at(names);
    if (index >= 0) return index;
    throw new HeadwayError(
      'data',
      `${file} has no column "${names[0]}" for the ${what}; its columns are ${columns.map(c => `"${c}"`).join(', ')}.`,
    );
  };
  const pathAt = required(PATH_COLUMNS, 'pictures');
  const labelAt = required(labelColumn === undefined ? LABEL_COLUMNS : [labelColumn], 'labels');
  const splitAt = at(['split']);
  const groupAt = at(['group']);
  const root = path.dirname(file);
  const listing: Listing = {
    layout: 'manifest',
    source: file,
    root,
    entries: [],
    emptyClasses: [],
    hasGroups: groupAt >= 0,
    problems: [],
  };
  const byPath = new Map<string, Entry>();
  const unlabelled: string[] = [];
  for (const { cells, line } of rows) {
    const cell = (index: number): string => cells[index]?.trim() ?? '';
    if (cell(pathAt) === '') throw new HeadwayError('data', `${file}, line ${line}: the path is empty.`);
    const entry: Entry = { path: relativePath(root, cell(pathAt)), label: cell(labelAt) };
    if (entry.label === '') {
      unlabelled.push(entry.path);
      continue;
    }
    if (cell(splitAt) !== '') entry.split = splitOfCell(cell(splitAt), file, line);
    if (cell(groupAt) !== '') entry.group = cell(groupAt);
    const earlier = byPath.get(entry.path);
    if (!earlier) {
      byPath.set(entry.path, entry);
      listing.entries.push(entry);
    } else if (earlier.label !== entry.label) listing.problems.push(twoLabels(earlier, entry, line));
  }
  if (unlabelled.length > 0) listing.problems.push(withoutLabel(unlabelled, columns[labelAt]!));
  return listing;
}

interface Row {
  cells: string[];
  line: number;
}

function parseRows(text: string, file: string): Row[] {
  try {
    const records = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      skip_empty_lines: true,
      relax_column_count_less: true,
      info: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    const line = (error as Partial<CsvError> & { lines?: number }).lines;
    const where = line === undefined ? '' : `, line ${line}`;
    throw new HeadwayError('data', `${file}${where}: not a valid CSV (${messageOf(error)}).`, { cause: error });
  }
}

/** The separator that the header line uses most. */
function delimiterOf(text: string): string {
  const header = /^[^\r\n]*/.exec(text)![0].replace(/"[^"]*"/g, '');
  const count = (separator: string): number => header.split(separator).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Below the root: relative with `/`. Elsewhere: absolute. Manifests made on Windows may use `\`. */
function relativePath(root: string, cell: string): string {
  const native = cell.includes('/') || !cell.includes('\\') ? cell : cell.replaceAll('\\', '/');
  const absolute = path.resolve(root, native);
  const relative = path.relative(root, absolute);
  const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return (outside ? absolute : relative).split(path.sep).join('/');
}

function splitOfCell(cell: string, file: string, line: number): NonNullable<Entry['split']> {
  const split = splitOfName(cell);
  if (split) return split;
  throw new HeadwayError('data', `${file}, line ${line}: the split "${cell}" is none of train, validation and test.`);
}

function twoLabels(earlier: Entry, later: Entry, line: number): Problem {
  return {
    kind: 'in-two-classes',
    paths: [later.path],
    message: `${later.path} has the label "${earlier.label}" and, in line ${line}, also "${later.label}"; the first is used.`,
  };
}

function withoutLabel(paths: string[], column: string): Problem {
  const what = paths.length === 1 ? `${paths[0]} has` : `${paths.length} rows, e.g. ${paths[0]}, have`;
  return { kind: 'unlabelled', paths, message: `${what} no label in the column "${column}" and is left out.` };
}

async function readManifest(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    throw new HeadwayError('data', messageOf(error), { cause: error });
  }
}
