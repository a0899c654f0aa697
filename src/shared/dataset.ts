/** Contracts about data sets. */

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/**
 * How labels are found: `folders` = one folder per class; `split-folders` = train/val/test folders of class folders;
 * `manifest` = a CSV with the columns path, label[, split][, group].
 */
export type Layout = 'folders' | 'split-folders' | 'manifest';

/** How images are spread over the splits. `given`: the source says so itself (split folders, a split column). */
export interface SplitPolicy {
  kind: 'given' | 'ratio';
  /** Shares of train, validation and test; they sum to 1. Only for `ratio` (and for the part that `given` leaves open). */
  ratio: [number, number, number];
  seed: number;
  /** Images with the same group stay in one split. `none`: every image is its own group; `column`: the manifest's group column. */
  groupBy: 'none' | 'column';
}

/** `.headway/datasets/<name>/dataset.json` */
export interface DatasetFile {
  schema: 1;
  name: string;
  /** Folder or manifest: relative to the workspace with `/` when inside it, else absolute. */
  source: string;
  layout: Layout;
  /** Manifest column that holds the label. */
  labelColumn?: string;
  /** Class names in the order of their index, sorted by code point. */
  classes: string[];
  split: SplitPolicy;
  created: string;
}

/** One image of a data set. */
export interface ImageRecord {
  /** Relative to the data set's source folder, with `/`. */
  path: string;
  /** Index into `classes`. */
  label: number;
  split: Split;
  group: string;
}

export type ProblemKind =
  | 'unreadable' // not an image that the decoder knows, or damaged
  | 'truncated'
  | 'empty-file'
  | 'too-large' // more pixels than the limit
  | 'missing' // in the manifest or in splits.csv, but not on disk
  | 'empty-class'
  | 'single-image-class'
  | 'same-class-by-case' // "Apple" and "apple"
  | 'in-two-classes' // the same picture (same bytes) under two labels
  | 'unlabelled' // a manifest row without label, a file outside a class folder
  | 'unassigned' // on disk but not in splits.csv: added since the split was pinned
  | 'group-across-splits';

/** Something wrong with a data set. Problems never stop a scan; `message` is one sentence that names the file or class. */
export interface Problem {
  kind: ProblemKind;
  /** Image paths concerned, relative to the source folder. Problems of a whole class have none. */
  paths: string[];
  message: string;
}

export interface ClassCounts {
  name: string;
  counts: Record<Split, number>;
}

export interface DatasetSummary {
  name: string;
  source: string;
  layout: Layout;
  /** Readable images. */
  images: number;
  splits: Record<Split, number>;
  classes: ClassCounts[];
  problems: Problem[];
  split: SplitPolicy;
  /** SHA-256 (hex) over the sorted (content hash, label, split) rows: the same data and split give the same hash. */
  dataHash: string;
}

export interface AddDataset {
  /** Folder or manifest file; absolute, or relative to the workspace. */
  source: string;
  name?: string;
  layout?: Layout | 'auto';
  labelColumn?: string;
  /** Shares of train, validation, test in per cent or as fractions; ignored where the source gives the split. */
  ratio?: [number, number, number];
  seed?: number;
  groupBy?: 'none' | 'column';
}
