import type { Layout, Problem, Split } from '../../shared/dataset.ts';

/** One file that the source names, before anyone has looked into it. */
export interface Entry {
  /** Relative to the root with `/`; absolute where a manifest names a file outside of it. */
  path: string;
  label: string;
  /** Where the source itself says so. */
  split?: Split;
  group?: string;
}

export interface Listing {
  layout: Layout;
  /** The folder or manifest itself, absolute. */
  source: string;
  /** Absolute folder that paths are relative to. */
  root: string;
  entries: Entry[];
  /** Class folders without a picture. */
  emptyClasses: string[];
  /** The manifest has a group column. */
  hasGroups: boolean;
  problems: Problem[];
}

const SPLIT_NAMES: Record<string, Split> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
};

/** The split that a folder's name or a manifest's cell means, or undefined. */
export const splitOfName = (name: string): Split | undefined => SPLIT_NAMES[name.trim().toLowerCase()];
