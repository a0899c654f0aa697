/** Where things lie in a workspace's `.headway` folder, and which names they may have. */
import path from 'node:path';
import { HeadwayError } from '../../shared/errors.ts';

export const HEADWAY_FOLDER = '.headway';

export const datasetsFolder = (workspace: string): string => path.join(workspace, HEADWAY_FOLDER, 'datasets');
export const experimentsFolder = (workspace: string): string => path.join(workspace, HEADWAY_FOLDER, 'experiments');

/** Throws HeadwayError('invalid') for a name that could leave the folder or that some system refuses. */
export const datasetFolder = (workspace: string, name: string): string =>
  path.join(datasetsFolder(workspace), checkedName(name));
export const datasetFile = (workspace: string, name: string): string =>
  path.join(datasetFolder(workspace, name), 'dataset.json');
export const splitsFile = (workspace: string, name: string): string =>
  path.join(datasetFolder(workspace, name), 'splits.csv');

/** Throws HeadwayError('invalid') as `datasetFolder` does. */
export const experimentFolder = (workspace: string, id: string): string =>
  path.join(experimentsFolder(workspace), checkedName(id));

export type ExperimentPart =
  | 'experiment.json'
  | 'history.csv'
  | 'metrics.json'
  | 'predictions.parquet'
  | 'dynamics.parquet'
  | 'epochs.parquet'
  | 'checkpoint.bin'
  | 'lr-finder.csv'
  | 'model.onnx'
  | 'labels.txt'
  | 'preprocessing.json'
  | 'README.md';

export const experimentPath = (workspace: string, id: string, part: ExperimentPart): string =>
  path.join(experimentFolder(workspace, id), part);

const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** 1 to 64 letters, digits, spaces, `.`, `-` and `_`, beginning with a letter or digit and not ending with a space or dot. */
export function isValidName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,63}$/u.test(name) && !/[ .]$/.test(name) && !WINDOWS_DEVICE.test(name);
}

export function checkedName(name: string): string {
  if (isValidName(name)) return name;
  throw new HeadwayError(
    'invalid',
    `"${name}" cannot be a name; use up to 64 letters, digits, spaces, dots, dashes and underscores, beginning with a letter or digit.`,
  );
}

/** A valid name made of a folder's or manifest's own name; `fallback` when nothing of it can be used. */
export function nameFromPath(source: string, fallback: string): string {
  const base = path.basename(source).replace(/\.(?:csv|tsv|txt)$/i, '');
  const cleaned = base
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 60)
    .replace(/[ .-]+$/, '');
  return isValidName(cleaned) ? cleaned : fallback;
}

/** `file` below `workspace` as a relative path with `/`, else absolute: how `dataset.json` names its source. */
export function toWorkspacePath(workspace: string, file: string): string {
  const relative = path.relative(workspace, file);
  if (relative === '') return '.';
  const outside = path.isAbsolute(relative) || relative === '..' || relative.startsWith(`..${path.sep}`);
  return outside ? path.resolve(file) : relative.split(path.sep).join('/');
}
