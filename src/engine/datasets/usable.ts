import { HeadwayError } from '../../shared/errors.ts';
import type { Listing } from './entry.ts';
import type { Scan } from './scan.ts';

/** Throws HeadwayError('data') that says what was looked for and what to do when there is nothing to train on. */
export function checkUsable(listing: Listing, scan: Scan, classes: readonly string[]): void {
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
