import { HeadwayError } from '../../shared/errors.ts';
import { datasetNames } from '../datasets/dataset.ts';

/** The workspace's data set when there is exactly one. Throws HeadwayError('invalid') otherwise. */
export async function onlyDataset(workspace: string): Promise<string> {
  const names = await datasetNames(workspace);
  if (names.length === 1) return names[0]!;
  throw new HeadwayError(
    'invalid',
    names.length === 0
      ? `${workspace} has no data set yet; add one with \`headway dataset add FOLDER\`.`
      : `Say which data set: ${names.join(', ')}.`,
  );
}
