import { hash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type DatasetFile,
  type DatasetSummary,
  type ImageRecord,
  type Problem,
  type Split,
} from '../../shared/dataset.ts';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { isMissing } from '../files/atomic.ts';
import { datasetFile, datasetFolder, datasetsFolder, isValidName } from '../files/workspace.ts';
import { readDatasetFile, readSplits, type PinnedImage } from './datasetFile.ts';
import type { Listing } from './entry.ts';
import { listSource } from './listing.ts';
import { classProblems, groupProblems, unusableClasses } from './problems.ts';
import { scanEntries, type DatasetContext, type ScannedImage } from './scan.ts';

export interface DatasetImage extends ImageRecord {
  /** SHA-256 of the file's bytes, hex. */
  hash: string;
  absolute: string;
}

export interface OpenedDataset {
  file: DatasetFile;
  /** Absolute folder that image paths are relative to. */
  root: string;
  /** Usable pictures with a pinned split, in the order of `splits.csv`. */
  images: DatasetImage[];
  problems: Problem[];
  /** See DatasetSummary. */
  dataHash: string;
}

/** Names of the workspace's data sets, sorted. */
export async function listDatasets(workspace: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(datasetsFolder(workspace));
  } catch (error) {
    if (isMissing(error)) return [];
    throw new HeadwayError('io', `${datasetsFolder(workspace)} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const existing = await Promise.all(
    names.filter(isValidName).map(async name => ((await exists(datasetFile(workspace, name))) ? [name] : [])),
  );
  return existing.flat().sort();
}

/**
 * Reads the pinned data set and looks at its source again; files that have not changed are only asked for their state. Throws
 * HeadwayError: `not-found`, `data` when its files are damaged or the source is gone, `cancelled`.
 */
export async function openDataset(workspace: string, name: string, context: DatasetContext): Promise<OpenedDataset> {
  const file = await readDatasetFile(workspace, name);
  const pinned = await readSplits(workspace, name);
  const listing = await listSource(path.resolve(workspace, file.source), file.layout, file.labelColumn);
  const scan = await scanEntries(listing, context);
  const { images, problems } = matchPinned(
    file.classes,
    pinned,
    scan.images,
    new Set(listing.entries.map(e => e.path)),
  );
  const empty = [
    ...listing.emptyClasses,
    ...unusableClasses(
      listing.entries.map(e => e.label),
      scan.images,
    ),
  ];
  return {
    file,
    root: listing.root,
    images,
    problems: [
      ...scan.problems,
      ...listing.problems,
      ...problems,
      ...classProblems(scan.images, empty),
      ...groupProblems(images),
    ],
    dataHash: dataHashOf(file.classes, images),
  };
}

/** Forgets the data set; its pictures stay. Throws HeadwayError('not-found'). */
export async function removeDataset(workspace: string, name: string): Promise<void> {
  const file = datasetFile(workspace, name);
  if (!(await exists(file))) throw new HeadwayError('not-found', `There is no data set "${name}" in ${workspace}.`);
  // Without this file the rest is no data set, should the removal stop half-way.
  await rm(file);
  await rm(datasetFolder(workspace, name), { recursive: true, force: true });
}

export function summary(opened: OpenedDataset): DatasetSummary {
  const { file, images, problems, dataHash } = opened;
  const zero = (): Record<Split, number> => ({ train: 0, validation: 0, test: 0 });
  const classes = file.classes.map(name => ({ name, counts: zero() }));
  const splits = zero();
  for (const image of images) {
    splits[image.split]++;
    classes[image.label]!.counts[image.split]++;
  }
  const { name, source, layout, split } = file;
  return { name, source, layout, images: images.length, splits, classes, problems, split, dataHash };
}

/** `listed`: all paths that the source names, usable or not. */
function matchPinned(
  classes: readonly string[],
  pinned: readonly PinnedImage[],
  scanned: readonly ScannedImage[],
  listed: ReadonlySet<string>,
): { images: DatasetImage[]; problems: Problem[] } {
  const label = new Map(classes.map((name, i) => [name, i]));
  const byPath = new Map(scanned.map(image => [image.path, image]));
  const images: DatasetImage[] = [];
  const problems: Problem[] = [];
  for (const { path, split, group } of pinned) {
    const image = byPath.get(path);
    const index = image && label.get(image.label);
    if (image && index !== undefined) {
      byPath.delete(path);
      images.push({ path, label: index, split, group, hash: image.hash, absolute: image.absolute });
    } else if (!listed.has(path))
      problems.push({
        kind: 'missing',
        paths: [path],
        message: `${path} is in splits.csv but no longer in the source.`,
      });
  }
  if (byPath.size > 0) problems.push(unassigned([...byPath.values()], label));
  return { images, problems };
}

function unassigned(images: readonly ScannedImage[], label: ReadonlyMap<string, number>): Problem {
  const paths = images.map(image => image.path);
  const fresh = new Set(images.map(image => image.label).filter(name => !label.has(name)));
  const what = paths.length === 1 ? `${paths[0]} was` : `${paths.length} pictures, e.g. ${paths[0]}, were`;
  const classes = fresh.size > 0 ? ` (new classes: ${[...fresh].join(', ')})` : '';
  return {
    kind: 'unassigned',
    paths,
    message: `${what} added after the split was pinned${classes} and ${paths.length === 1 ? 'is' : 'are'} not used; add the data set again to use ${paths.length === 1 ? 'it' : 'them'}.`,
  };
}

/** Class names rather than indices go in, so that a class more does not change what the others are. */
function dataHashOf(classes: readonly string[], images: readonly DatasetImage[]): string {
  const rows = images.map(image => `${image.hash}\t${classes[image.label]!}\t${image.split}\n`).sort();
  return hash('sha256', rows.join(''), 'hex');
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
