import path from 'node:path';
import type { Problem } from '../../shared/dataset.ts';
import type { Progress } from '../../shared/experiment.ts';
import { ProgressMeter } from '../files/progress.ts';
import { identifyFiles } from '../images/identify.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Listing } from './entry.ts';

/** What the data set functions need from their surroundings. */
export interface DatasetContext {
  store: Store;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A picture that can be used. */
export interface ScannedImage extends Entry {
  /** SHA-256 of the file's bytes, hex. */
  hash: string;
  absolute: string;
}

export interface Scan {
  images: ScannedImage[];
  /** One for each file that cannot be used. */
  problems: Problem[];
}

/** Looks into every listed file (only its state, when the store knows it). Throws CancelledError; what was done stays in the store. */
export async function scanEntries(listing: Pick<Listing, 'root' | 'entries'>, context: DatasetContext): Promise<Scan> {
  const absolute = listing.entries.map(entry => path.resolve(listing.root, entry.path));
  const meter = new ProgressMeter('scan', absolute.length, context.onProgress);
  const identities = await identifyFiles(context.store, absolute, {
    signal: context.signal,
    onFile: () => meter.add(),
  });
  const scan: Scan = { images: [], problems: [] };
  for (const [i, entry] of listing.entries.entries()) {
    const identity = identities[i]!;
    const problem = (kind: Problem['kind'], text: string): void => {
      scan.problems.push({ kind, paths: [entry.path], message: `${entry.path} ${text}.` });
    };
    if (identity.hash === undefined) {
      if ('missing' in identity) problem('missing', 'does not exist');
      else problem('unreadable', `cannot be read (${identity.unreadable})`);
    } else if (identity.facts.problem) problem(identity.facts.problem, identity.facts.message);
    else scan.images.push({ ...entry, hash: identity.hash, absolute: absolute[i]! });
  }
  return scan;
}
