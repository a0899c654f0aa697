import path from 'node:path';
import type { AddDataset, DatasetFile } from '../../shared/dataset.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { checkedName, nameFromPath, toWorkspacePath } from '../files/workspace.ts';
import { readDatasetFile, writeDataset } from './datasetFile.ts';
import type { Listing } from './entry.ts';
import { listSource } from './listing.ts';
import { listDatasets, openDataset, type OpenedDataset } from './dataset.ts';
import { byCodePoint } from './problems.ts';
import { scanEntries, type DatasetContext, type Scan } from './scan.ts';
import { assignSplits, DEFAULT_RATIO, normalizedRatio } from './split.ts';

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

async function freeName(workspace: string, listing: Listing, request: AddDataset): Promise<string> {
  const taken = await listDatasets(workspace);
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

function checkUsable(listing: Listing, scan: Scan, classes: readonly string[]): void {
  const { source, layout } = listing;
  if (listing.entries.length === 0) {
    const loose = listing.problems.find(problem => problem.kind === 'unlabelled')?.paths.length ?? 0;
    const needs: Record<typeof layout, string> = {
      folders: 'one folder per class (or train, val and test folders of class folders) with pictures in it',
      'split-folders': 'train, val and test folders with one folder per class',
      manifest: 'rows with a path and a label',
    };
    const instead = loose > 0 ? `, but ${loose} without a label` : '';
    throw new HeadwayError('data', `${source} has no labelled pictures${instead}; it needs ${needs[layout]}.`);
  }
  if (scan.images.length === 0)
    throw new HeadwayError(
      'data',
      `None of the ${listing.entries.length} pictures of ${source} can be used; the first: ${scan.problems[0]!.message}`,
    );
  if (classes.length < 2)
    throw new HeadwayError(
      'data',
      `${source} has pictures of one class only ("${classes[0]}"); a classifier needs at least two.`,
    );
}
