import { hash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AddDataset, DatasetFile, DatasetSummary, Problem, Split } from '../../shared/dataset.ts';
import { CancelledError, HeadwayError, messageOf } from '../../shared/errors.ts';
import { isMissing } from '../files/atomic.ts';
import {
  checkedName,
  datasetFile,
  datasetFolder,
  datasetsFolder,
  isValidName,
  nameFromPath,
  toWorkspacePath,
} from '../files/workspace.ts';
import { readDatasetFile, readSplits, writeDataset } from './datasetFile.ts';
import type { Listing } from './entry.ts';
import { listSource } from './listing.ts';
import { matchPinned, type DatasetImage } from './matchPinned.ts';
import { byCodePoint, classProblems, groupProblems, unusableClasses } from './problems.ts';
import { scanEntries, type DatasetContext } from './scan.ts';
import { assignSplits, DEFAULT_RATIO, normalizedRatio } from './split.ts';
import { checkUsable } from './usable.ts';

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

/**
 * Scans the source, pins classes and splits in `.headway/datasets/<name>` and opens the result. The same files and seed give the same
 * splits. Throws HeadwayError: `data` when there is nothing to train on, `invalid` for a name that is taken or a wrong ratio.
 */
export async function addDataset(
  workspace: string,
  request: AddDataset,
  context: DatasetContext,
  now: () => Date = () => new Date(),
): Promise<OpenedDataset> {
  const ratio = normalizedRatio(request.ratio ?? DEFAULT_RATIO);
  const source = path.resolve(workspace, request.source);
  if (request.name !== undefined) checkedName(request.name);
  const listing = await listSource(source, request.layout ?? 'auto', request.labelColumn);
  const name = await freeName(workspace, listing, request);
  const scan = await scanEntries(listing, context);
  const classes = [...new Set(scan.images.map(image => image.label))].sort(byCodePoint);
  checkUsable(listing, scan, classes);

  const groupBy = request.groupBy ?? (listing.hasGroups ? 'column' : 'none');
  if (groupBy === 'column' && !listing.hasGroups)
    throw new HeadwayError('invalid', `${source} has no column "group" to keep pictures together by.`);
  const groupOf = (image: { path: string; group?: string }): string =>
    groupBy === 'column' ? (image.group ?? image.path) : image.path;
  const seed = request.seed ?? 1;
  const index = new Map(classes.map((label, i) => [label, i]));
  const splits = assignSplits(
    scan.images.map(image => ({ label: index.get(image.label)!, group: groupOf(image), split: image.split })),
    ratio,
    seed,
  );
  const file: DatasetFile = {
    schema: 1,
    name,
    source: toWorkspacePath(workspace, listing.source),
    layout: listing.layout,
    ...(request.labelColumn === undefined ? {} : { labelColumn: request.labelColumn }),
    classes,
    split: { kind: listing.entries.some(entry => entry.split) ? 'given' : 'ratio', ratio, seed, groupBy },
    created: now().toISOString(),
  };
  const pinned = scan.images.map((image, i) => ({ path: image.path, split: splits[i]!, group: groupOf(image) }));
  await writeDataset(workspace, file, pinned);
  return openDataset(workspace, name, { store: context.store, signal: context.signal });
}

/** Names of the workspace's data sets, sorted. */
export async function datasetNames(workspace: string): Promise<string[]> {
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

/** Every data set opened and counted, and for each that cannot be opened one sentence instead. Throws CancelledError. */
export async function listDatasets(
  workspace: string,
  context: DatasetContext,
): Promise<{ datasets: DatasetSummary[]; problems: string[] }> {
  const datasets: DatasetSummary[] = [];
  const problems: string[] = [];
  for (const name of await datasetNames(workspace)) {
    try {
      datasets.push(summary(await openDataset(workspace, name, context)));
    } catch (error) {
      if (!(error instanceof HeadwayError) || error instanceof CancelledError) throw error;
      problems.push(`Data set "${name}": ${error.message}`);
    }
  }
  return { datasets, problems };
}

/** Absolute folder that the data set's image paths are relative to. Throws HeadwayError as `openDataset` for its file. */
export async function datasetRoot(workspace: string, name: string): Promise<string> {
  const { source, layout } = await readDatasetFile(workspace, name);
  const absolute = path.resolve(workspace, source);
  return layout === 'manifest' ? path.dirname(absolute) : absolute;
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

async function freeName(workspace: string, listing: Listing, request: AddDataset): Promise<string> {
  const taken = await datasetNames(workspace);
  const lower = new Set(taken.map(name => name.toLowerCase()));
  if (request.name !== undefined) {
    if (!lower.has(request.name.toLowerCase())) return request.name;
    throw new HeadwayError('invalid', `There is already a data set "${request.name}"; choose another name.`);
  }
  const source = toWorkspacePath(workspace, listing.source);
  for (const name of taken) {
    const file = await readDatasetFile(workspace, name);
    if (file.source === source && file.labelColumn === request.labelColumn)
      throw new HeadwayError(
        'invalid',
        `${listing.source} is already the data set "${name}"; give another name to add it a second time.`,
      );
  }
  const base = nameFromPath(listing.source, 'images');
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!lower.has(name.toLowerCase())) return name;
  }
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
