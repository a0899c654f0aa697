import { parquetWriteBuffer } from 'hyparquet-writer';
import { writeFileAtomic } from '../files/atomic.ts';
import { experimentPath } from '../files/workspace.ts';
import type { Dynamics, ImageDynamics } from '../train/dynamics.ts';
import type { PredictionTable } from './predictionsFile.ts';

const COLUMNS: readonly (keyof ImageDynamics)[] = [
  'confidence',
  'variability',
  'correctness',
  'aum',
  'forgetting',
  'el2n',
];

/**
 * `dynamics.parquet`: path, split and the training dynamics (see train/dynamics.ts) of every image that training saw.
 * `epochs.parquet`: path, split and one column per epoch (of a long run every second, fourth, …) with the class predicted in it (null where the image was not seen).
 */
export async function writeDynamics(
  workspace: string,
  id: string,
  table: PredictionTable,
  dynamics: Dynamics,
): Promise<void> {
  const rows = table.paths.flatMap((_, row) => {
    const values = dynamics.of(row);
    return values ? [{ row, values }] : [];
  });
  const names = [
    { name: 'path', data: rows.map(({ row }) => table.paths[row]!), type: 'STRING' as const },
    { name: 'split', data: rows.map(({ row }) => table.splits[row]!), type: 'STRING' as const },
  ];
  const buffer = parquetWriteBuffer({
    columnData: [
      ...names,
      ...COLUMNS.map(column => ({
        name: column,
        data: Float64Array.from(rows, ({ values }) => values[column]),
        type: 'DOUBLE' as const,
      })),
    ],
  });
  await writeFileAtomic(experimentPath(workspace, id, 'dynamics.parquet'), new Uint8Array(buffer));
  const epochs = parquetWriteBuffer({
    columnData: [
      ...names,
      ...dynamics.state.predictions.map((predicted, i) => ({
        name: String(dynamics.keptEpochs[i]),
        data: rows.map(({ row }) => (predicted[row]! < 0 ? null : table.classes[predicted[row]!]!)),
        type: 'STRING' as const,
      })),
    ],
  });
  await writeFileAtomic(experimentPath(workspace, id, 'epochs.parquet'), new Uint8Array(epochs));
}
