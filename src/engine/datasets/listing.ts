import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Layout, Split } from '../../shared/dataset.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { isMissing } from '../files/atomic.ts';
import { splitOfName, type Listing } from './entry.ts';
import { folderNames, listClassFolders, listSplitFolders } from './folders.ts';
import { listManifest } from './manifest.ts';

/**
 * Lists what a source names, without reading pictures. A folder's layout is found by its sub-folders' names; a file is a manifest.
 * Throws HeadwayError('data') when the source is not there or a manifest cannot be understood.
 */
export async function listSource(source: string, layout: Layout | 'auto', labelColumn?: string): Promise<Listing> {
  const isFolder = await isFolderAt(source);
  if (!isFolder) {
    if (layout !== 'auto' && layout !== 'manifest')
      throw new HeadwayError('data', `${source} is a file; the layout "${layout}" needs a folder.`);
    return listManifest(source, labelColumn);
  }
  const found = layout === 'auto' ? await detectLayout(source) : layout;
  if (found === 'manifest') return listManifest(path.join(source, 'manifest.csv'), labelColumn);
  if (labelColumn !== undefined)
    throw new HeadwayError('data', `${source} is a folder; a label column needs a manifest file (CSV).`);
  return found === 'split-folders' ? listSplitFolders(source) : listClassFolders(source);
}

/** Split folders: a train folder, or two different ones, that themselves hold folders. */
async function detectLayout(source: string): Promise<'folders' | 'split-folders'> {
  const splits = new Set<Split>();
  for (const name of await folderNames(source)) {
    const split = splitOfName(name);
    if (split && (await folderNames(path.join(source, name))).length > 0) splits.add(split);
  }
  return splits.has('train') || splits.size > 1 ? 'split-folders' : 'folders';
}

async function isFolderAt(source: string): Promise<boolean> {
  try {
    return (await stat(source)).isDirectory();
  } catch (error) {
    if (!isMissing(error)) throw new HeadwayError('io', `${source} cannot be read.`, { cause: error });
    throw new HeadwayError('data', `${source} does not exist; check the path of the images.`, { cause: error });
  }
}
