import type { ImageRecord, Problem } from '../../shared/dataset.ts';
import type { PinnedImage } from './datasetFile.ts';
import type { ScannedImage } from './scan.ts';

export interface DatasetImage extends ImageRecord {
  /** SHA-256 of the file's bytes, hex. */
  hash: string;
  absolute: string;
}

/**
 * The scanned pictures in the order of their pinned rows, and what has changed since they were pinned. `listed`: all paths that the source names, usable or not.
 */
export function matchPinned(
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
