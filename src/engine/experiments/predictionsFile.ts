import { readFile } from 'node:fs/promises';
import { parquetRead } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { SPLITS, type Split } from '../../shared/dataset.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { argmax, type Predictions } from '../evaluate/metrics.ts';
import { isMissing, writeFileAtomic } from '../files/atomic.ts';

/** Every image of a run with its label and class probabilities, in the order of the data set. */
export interface PredictionTable {
  paths: string[];
  splits: Split[];
  labels: Int32Array;
  /** Row-major [images, classes]. */
  probabilities: Float32Array;
  classes: string[];
}

const COLUMN = 'p:';

/** Writes `predictions.parquet`: path, split, true, predicted (class names), then one float column `p:<class>` per class. */
export async function writePredictions(file: string, table: PredictionTable): Promise<void> {
  const { paths, splits, labels, probabilities, classes } = table;
  const width = classes.length;
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'path', data: paths, type: 'STRING' },
      { name: 'split', data: splits, type: 'STRING' },
      { name: 'true', data: Array.from(labels, l => classes[l]!), type: 'STRING' },
      { name: 'predicted', data: paths.map((_, i) => classes[argmax(probabilities, i, width)]!), type: 'STRING' },
      ...classes.map((name, k) => ({
        name: COLUMN + name,
        data: Float32Array.from(paths, (_, i) => probabilities[i * width + k]!),
        type: 'FLOAT' as const,
      })),
    ],
  });
  await writeFileAtomic(file, new Uint8Array(buffer));
}

/** Throws HeadwayError: `not-found` before the run was evaluated, `io` when the file is not such a table. */
export async function readPredictions(file: string): Promise<PredictionTable> {
  const columns = new Map<string, { start: number; data: ArrayLike<unknown> }[]>();
  try {
    const bytes = await readFile(file);
    await parquetRead({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
      onChunk: chunk => {
        const chunks = columns.get(chunk.columnName) ?? [];
        chunks.push({ start: chunk.rowStart, data: chunk.columnData });
        columns.set(chunk.columnName, chunks);
      },
    });
  } catch (error) {
    if (isMissing(error))
      throw new HeadwayError('not-found', `${file} does not exist: the run has not been evaluated yet.`, {
        cause: error,
      });
    throw new HeadwayError('io', `The predictions in ${file} cannot be read; train the experiment again.`, {
      cause: error,
    });
  }
  const strings = (name: string): string[] => {
    const out: string[] = [];
    for (const { start, data } of columns.get(name) ?? [])
      for (let i = 0; i < data.length; i++) out[start + i] = String(data[i]);
    return out;
  };
  const paths = strings('path');
  const classes = [...columns.keys()].filter(n => n.startsWith(COLUMN)).map(n => n.slice(COLUMN.length));
  const indexOf = new Map(classes.map((name, k) => [name, k]));
  const labels = Int32Array.from(strings('true'), name => indexOf.get(name) ?? -1);
  const splits = strings('split') as Split[];
  if (classes.length === 0 || labels.includes(-1) || labels.length !== paths.length || splits.length !== paths.length)
    throw new HeadwayError('io', `${file} is not a predictions table of Headway; train the experiment again.`);
  const probabilities = new Float32Array(paths.length * classes.length);
  classes.forEach((name, k) => {
    for (const { start, data } of columns.get(COLUMN + name)!)
      for (let i = 0; i < data.length; i++) probabilities[(start + i) * classes.length + k] = Number(data[i]);
  });
  return { paths, splits, labels, probabilities, classes };
}

/** The rows of one split, ready for the metrics. */
export function predictionsOf(table: PredictionTable, split: Split): Predictions {
  const rows = table.splits.flatMap((s, i) => (s === split ? [i] : []));
  const width = table.classes.length;
  const probabilities = new Float32Array(rows.length * width);
  rows.forEach((row, i) => probabilities.set(table.probabilities.subarray(row * width, (row + 1) * width), i * width));
  return { labels: Int32Array.from(rows, row => table.labels[row]!), probabilities, classes: width };
}

/** Splits that have images, in the order train, validation, test. */
export const splitsPresent = (table: PredictionTable): Split[] => SPLITS.filter(s => table.splits.includes(s));
