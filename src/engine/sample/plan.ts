import type { Split } from '../../shared/dataset.ts';
import type { Drawing } from './drawings.ts';
import { LOOK_ALIKES } from './lookAlikes.ts';
import { Random } from './random.ts';

export const COPY_KINDS = ['reencoded', 'resized', 'cropped', 'mirrored'] as const;
export type CopyKind = (typeof COPY_KINDS)[number];

/** All drawings of one class by one emoji set. */
export interface DrawingGroup {
  /** Opaque, as a telling name would give wrong labels away. */
  id: string;
  class: string;
  drawings: Drawing[];
  split: Split;
}

export interface PlannedImage {
  /** Relative to the Garden's folder, with `/`. */
  path: string;
  /** The label given in the manifest. */
  label: string;
  trueClass: string;
  split: Split;
  /** The group that the manifest names. */
  group: string;
  drawing: Drawing;
  neighbour: Drawing;
  /** Seeds everything random about the picture. */
  seed: string;
  /** Set when the image is a near-duplicate of another one. */
  copy?: { of: PlannedImage; kind: CopyKind };
}

export interface GardenPlan {
  classes: string[];
  groups: DrawingGroup[];
  /** In the order of their paths. */
  images: PlannedImage[];
}

/** Shares of the images: wrong labels of each split, near-duplicates of the whole. */
const WRONG: Record<Split, number> = { train: 0.03, validation: 0.02, test: 0.02 };
const DUPLICATES = 0.02;
const HELD_OUT = 0.15;
/**
 * Sets drawn in a style of their own (outlines, gradients). They only train: held out, they would measure the distance between styles more than
 * what was learned.
 */
const TRAIN_ONLY: ReadonlySet<string> = new Set(['fluent', 'openmoji', 'streamline']);

/** Decides everything but the pixels. Pure: the same drawings, seed and number give the same plan. */
export function planGarden(drawings: readonly Drawing[], seed: number, imagesPerClass: number): GardenPlan {
  const random = new Random(`garden/${seed}`);
  const classes = [...new Set(drawings.map(d => d.class))].sort();
  const groups = assignSplits(random, groupDrawings(random, drawings), classes);
  const images = classes.flatMap(name => planClass(random, groups, name, imagesPerClass, seed));
  plantWrongLabels(random, images, classes);
  images.push(...planCopies(random, images, groups));
  namePaths(random, images);
  images.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { classes, groups: groups.sort((a, b) => (a.id < b.id ? -1 : 1)), images };
}

function groupDrawings(random: Random, drawings: readonly Drawing[]): DrawingGroup[] {
  const groups = new Map<string, DrawingGroup>();
  for (const drawing of drawings) {
    const key = `${drawing.class}/${drawing.set}`;
    const group = groups.get(key) ?? { id: '', class: drawing.class, drawings: [], split: 'train' as const };
    group.drawings.push(drawing);
    groups.set(key, group);
  }
  const shuffled = random.shuffle([...groups.values()]);
  shuffled.forEach((group, i) => (group.id = `d${String(i + 1).padStart(3, '0')}`));
  return shuffled;
}

/** Each class gives at least one group to validation and to test; what rounding leaves over is carried to the next class. */
function assignSplits(random: Random, groups: DrawingGroup[], classes: readonly string[]): DrawingGroup[] {
  const owed = { validation: 0, test: 0 };
  for (const name of classes) {
    const own = random.shuffle(groups.filter(g => g.class === name));
    const isTrainOnly = (group: DrawingGroup): boolean => TRAIN_ONLY.has(group.drawings[0]!.set);
    const free = [...own.filter(g => !isTrainOnly(g)), ...own.filter(isTrainOnly)];
    const total = free.length;
    for (const split of ['test', 'validation'] as const) {
      owed[split] += total * HELD_OUT;
      const count = Math.max(1, Math.round(owed[split]));
      owed[split] -= count;
      // One group at least is left for training.
      for (const group of free.splice(0, Math.min(count, free.length - 1))) group.split = split;
    }
  }
  return groups;
}

function planClass(
  random: Random,
  groups: readonly DrawingGroup[],
  name: string,
  count: number,
  seed: number,
): PlannedImage[] {
  const own = groups.filter(g => g.class === name);
  const neighbours = (split: Split): Drawing[] =>
    groups.filter(g => g.split === split && g.class !== name).flatMap(g => g.drawings);
  return Array.from({ length: count }, (_, i) => {
    const group = own[i % own.length]!;
    const drawing = group.drawings[Math.floor(i / own.length) % group.drawings.length]!;
    const others = neighbours(group.split);
    return {
      path: '',
      label: name,
      trueClass: name,
      split: group.split,
      group: group.id,
      drawing,
      neighbour: others.length > 0 ? random.pick(others) : drawing,
      seed: `${seed}/${drawing.file}/${i}`,
    };
  });
}

/** Most wrong labels name a class that looks alike, the others any class. */
function plantWrongLabels(random: Random, images: readonly PlannedImage[], classes: readonly string[]): void {
  for (const [split, share] of Object.entries(WRONG)) {
    const candidates = random.shuffle(images.filter(image => image.split === split));
    for (const image of candidates.slice(0, Math.round(candidates.length * share))) {
      const others = classes.filter(name => name !== image.trueClass);
      const alike = (LOOK_ALIKES[image.trueClass] ?? []).filter(name => others.includes(name));
      if (others.length > 0) image.label = random.pick(alike.length > 0 && random.chance(0.65) ? alike : others);
    }
  }
}

/** Near-duplicates within training, and one that leaks from training into test. */
function planCopies(random: Random, images: readonly PlannedImage[], groups: readonly DrawingGroup[]): PlannedImage[] {
  const right = images.filter(image => image.split === 'train' && image.label === image.trueClass);
  const sources = random.shuffle(right).slice(0, Math.round(images.length * DUPLICATES) + 1);
  return sources.map((of, i) => {
    const copy = { ...of, seed: `${of.seed}/copy`, copy: { of, kind: COPY_KINDS[i % COPY_KINDS.length]! } };
    if (i > 0) return copy;
    // The leak is filed under a test drawing of its class, as a real one would be: the group column does not show it.
    const home = groups.find(g => g.class === of.trueClass && g.split === 'test');
    return home ? { ...copy, split: 'test', group: home.id } : copy;
  });
}

/** Numbers within each given class, in random order: neither path nor order tells what was planted. */
function namePaths(random: Random, images: readonly PlannedImage[]): void {
  const next = new Map<string, number>();
  for (const image of random.shuffle(images)) {
    const number = (next.get(image.label) ?? 0) + 1;
    next.set(image.label, number);
    image.path = `images/${image.label}/${String(number).padStart(4, '0')}.jpg`;
  }
}
