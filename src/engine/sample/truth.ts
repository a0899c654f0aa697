import path from 'node:path';
import type { Split } from '../../shared/dataset.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { readJson } from '../files/atomic.ts';
import type { CopyKind, GardenPlan } from './plan.ts';

/** What identifies the content of a Garden: equal marks mean equal images (on the same version of sharp). */
export interface GardenMark {
  generator: 'headway-garden';
  /** Raised whenever the generator or its drawings change what is made. */
  version: number;
  seed: number;
  imagesPerClass: number;
}

/** `truth.json`: what was planted in a Garden. Written last; without it a Garden is not complete. Paths are relative to its folder. */
export interface GardenTruth extends GardenMark {
  complete: true;
  images: number;
  classes: string[];
  splits: Record<Split, number>;
  /** `label` is what the manifest says, `truth` what the picture shows. */
  wrongLabels: { path: string; split: Split; label: string; truth: string }[];
  /** Both images are in train under the same label. */
  nearDuplicates: { path: string; of: string; kind: CopyKind }[];
  /** `test` is a near-duplicate of `train`; its group in the manifest is that of another drawing. */
  leaks: { train: string; test: string; kind: CopyKind }[];
  /** `files` are relative to the folder of drawings. */
  drawings: { group: string; class: string; split: Split; files: string[] }[];
}

export const TRUTH_FILE = 'truth.json';

export function truthOf(plan: GardenPlan, mark: GardenMark): GardenTruth {
  const copies = plan.images.flatMap(image => (image.copy ? [{ image, ...image.copy }] : []));
  const splits = { train: 0, validation: 0, test: 0 };
  for (const image of plan.images) splits[image.split]++;
  return {
    ...mark,
    complete: true,
    images: plan.images.length,
    classes: plan.classes,
    splits,
    wrongLabels: plan.images
      .filter(image => image.label !== image.trueClass)
      .map(image => ({ path: image.path, split: image.split, label: image.label, truth: image.trueClass })),
    nearDuplicates: copies
      .filter(copy => copy.image.split === copy.of.split)
      .map(copy => ({ path: copy.image.path, of: copy.of.path, kind: copy.kind })),
    leaks: copies
      .filter(copy => copy.image.split !== copy.of.split)
      .map(copy => ({ train: copy.of.path, test: copy.image.path, kind: copy.kind })),
    drawings: plan.groups.map(group => ({
      group: group.id,
      class: group.class,
      split: group.split,
      files: group.drawings.map(d => d.file),
    })),
  };
}

/** The truth about a complete Garden. @throws HeadwayError `not-found` without truth.json, `data` when it is another file of that name. */
export async function readGardenTruth(directory: string): Promise<GardenTruth> {
  const file = path.join(directory, TRUTH_FILE);
  const value = await readJson(file);
  if (!isGardenTruth(value)) {
    throw new HeadwayError(
      'data',
      `${file} is not the truth file of a Garden; choose the folder that the sample was made in.`,
    );
  }
  return value;
}

/** Trusts the rest of a file that carries our mark: only Headway writes it. */
function isGardenTruth(value: unknown): value is GardenTruth {
  return (
    typeof value === 'object' &&
    value !== null &&
    'generator' in value &&
    value.generator === 'headway-garden' &&
    'complete' in value &&
    value.complete === true
  );
}
