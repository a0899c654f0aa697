import { stringify } from 'csv-stringify/sync';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { availableParallelism } from 'node:os';
import type { Split } from '../../shared/dataset.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import { writeFileAtomic, writeJson } from '../files/atomic.ts';
import { nearDuplicate } from './copies.ts';
import { listDrawings, packagedDrawings, spriteCache } from './drawings.ts';
import {
  abandonFolder,
  closeFolder,
  hasAllImages,
  inspectFolder,
  MANIFEST_FILE,
  openFolder,
  README_FILE,
} from './gardenFolder.ts';
import { gardenReadme } from './gardenReadme.ts';
import { planGarden, type GardenPlan, type PlannedImage } from './plan.ts';
import { renderScene } from './scene.ts';
import { TRUTH_FILE, truthOf, type GardenMark, type GardenTruth } from './truth.ts';

/** Raise it whenever the code or the drawings change what is made: earlier Gardens are then made anew. */
const VERSION = 1;

export interface GardenOptions {
  /** Made when missing. It must be empty or hold an earlier Garden, which is replaced unless it is the same; hidden entries do not count. */
  directory: string;
  /** Folder of drawings, `<class>/<set>.svg`; default: those of the package. */
  drawings?: string;
  /** Whole number; default 1. */
  seed?: number;
  /** Before near-duplicates are added; default 72. At least one per drawing makes sense. */
  imagesPerClass?: number;
  signal?: AbortSignal;
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
}

export interface GardenSummary {
  directory: string;
  /** Absolute path of the manifest CSV (path, label, split, group), which is what to add as a data set. */
  manifest: string;
  images: number;
  classes: string[];
  splits: Record<Split, number>;
  /** Drawings of one class by one emoji set count once. */
  drawings: number;
  wrongLabels: number;
  nearDuplicates: number;
  leaks: number;
  /** True when the folder held the same Garden already and nothing was made. */
  reused: boolean;
}

/**
 * Makes the sample data set "Garden": JPEG pictures of fruit and vegetables (256 to 320 pixels a side) with planted wrong labels,
 * near-duplicates and a leak, all listed in truth.json. The same seed gives the same bytes on the same version of sharp. The folder is
 * complete once truth.json is there; after a cancel or an error nothing is left.
 * @throws HeadwayError `invalid` when the folder holds other files, `io` when it cannot be read or written; CancelledError.
 */
export async function createGarden(options: GardenOptions): Promise<GardenSummary> {
  const { seed = 1, imagesPerClass = 72, signal } = options;
  const directory = path.resolve(options.directory);
  const mark: GardenMark = { generator: 'headway-garden', version: VERSION, seed, imagesPerClass };
  throwIfAborted(signal);
  const found = await inspectFolder(directory);
  if (typeof found === 'object' && isSame(found, mark) && (await hasAllImages(directory, found))) {
    return summaryOf(directory, found, true);
  }
  const drawings = options.drawings ?? packagedDrawings();
  const plan = planGarden(await listDrawings(drawings), seed, imagesPerClass);
  await openFolder(directory, mark);
  try {
    await writeImages(directory, drawings, plan, options);
    await writeFileAtomic(path.join(directory, MANIFEST_FILE), manifestOf(plan));
    await writeFileAtomic(path.join(directory, README_FILE), await gardenReadme(drawings, plan, mark));
    throwIfAborted(signal);
    const truth = truthOf(plan, mark);
    await writeJson(path.join(directory, TRUTH_FILE), truth);
    await closeFolder(directory);
    return summaryOf(directory, truth, false);
  } catch (error) {
    await abandonFolder(directory);
    throw error;
  }
}

function isSame(truth: GardenTruth, mark: GardenMark): boolean {
  return truth.version === mark.version && truth.seed === mark.seed && truth.imagesPerClass === mark.imagesPerClass;
}

function summaryOf(directory: string, truth: GardenTruth, reused: boolean): GardenSummary {
  return {
    directory,
    manifest: path.join(directory, MANIFEST_FILE),
    images: truth.images,
    classes: truth.classes,
    splits: truth.splits,
    drawings: truth.drawings.length,
    wrongLabels: truth.wrongLabels.length,
    nearDuplicates: truth.nearDuplicates.length,
    leaks: truth.leaks.length,
    reused,
  };
}

function manifestOf(plan: GardenPlan): string {
  const rows = plan.images.map(image => [image.path, image.label, image.split, image.group]);
  return stringify([['path', 'label', 'split', 'group'], ...rows]);
}

/** Originals first, as copies are made from their files. */
async function writeImages(
  directory: string,
  drawings: string,
  plan: GardenPlan,
  options: GardenOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  const spriteOf = spriteCache(drawings);
  const fileOf = (image: PlannedImage): string => path.join(directory, image.path);
  let done = 0;
  const write = async (image: PlannedImage): Promise<void> => {
    const jpeg = image.copy
      ? await nearDuplicate(await readFile(fileOf(image.copy.of)), image.copy.kind, image.seed)
      : await renderScene(image.seed, {
          subject: await spriteOf(image.drawing),
          neighbour: await spriteOf(image.neighbour),
        });
    await writeFileAtomic(fileOf(image), jpeg);
    onProgress?.(++done, plan.images.length);
  };
  await inParallel(
    plan.images.filter(image => !image.copy),
    write,
    signal,
  );
  await inParallel(
    plan.images.filter(image => image.copy),
    write,
    signal,
  );
}

/** Runs the work on a few items at a time: sharp encodes in its threads while the next picture is painted. Waits for all that began. */
async function inParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      throwIfAborted(signal);
      if (failed) return;
      await work(item);
    }
  };
  const workers = Array.from({ length: Math.max(4, availableParallelism()) }, () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
