import { SPLITS, type Split } from '../../shared/dataset.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { byClass, shuffledUnits, type Unit } from './order.ts';

export type Ratio = [train: number, validation: number, test: number];

export const DEFAULT_RATIO: Ratio = [0.7, 0.15, 0.15];

/** Fractions that sum to 1, from fractions or per cent. Throws HeadwayError('invalid'). */
export function normalizedRatio(ratio: readonly [number, number, number]): Ratio {
  const sum = ratio[0] + ratio[1] + ratio[2];
  const whole = Math.abs(sum - 1) < 0.005 || Math.abs(sum - 100) < 0.5;
  if (!whole || !ratio.every(share => share >= 0) || ratio[0] === 0)
    throw new HeadwayError(
      'invalid',
      `The split ${ratio.join('/')} is not valid; give shares of train, validation and test that sum to 100, e.g. 70/15/15.`,
    );
  return [ratio[0] / sum, ratio[1] / sum, ratio[2] / sum];
}

export interface SplitItem {
  label: number;
  /** Items of one group stay together where the source does not part them. */
  group: string;
  /** Given by the source. */
  split?: Split | undefined;
}

/**
 * A split for every item: what the source gives stays; items without one, and splits that the source lacks altogether, are filled
 * from the open part and from train by the ratio. Stratified by class, seeded, groups whole. The result depends on the set of items
 * and the seed, not on their order. A class of at least three groups has something in every split whose share is not 0.
 */
export function assignSplits(items: readonly SplitItem[], ratio: Ratio, seed: number): Split[] {
  const given = new Set(items.map(item => item.split).filter(split => split !== undefined));
  const missing = SPLITS.filter(split => split !== 'train' && !given.has(split));
  const result = items.map(item => item.split);
  // A group that has a given split draws its open members there.
  const ofGroup = new Map<string, Split>();
  for (const item of items) if (item.split) ofGroup.set(item.group, item.split);
  const open: number[] = [];
  for (const [i, item] of items.entries()) {
    result[i] ??= ofGroup.get(item.group);
    if (result[i] === undefined) open.push(i);
  }
  fill(items, open, result, SPLITS, ratio, seed);
  const stillMissing = missing.filter(split => !result.includes(split));
  if (given.size > 0 && stillMissing.length > 0) {
    const parted = partedGroups(items, result);
    const train = items.keys().filter(i => result[i] === 'train' && !parted.has(items[i]!.group));
    fill(items, [...train], result, ['train', ...stillMissing], ratio, seed);
  }
  return result.map(split => split ?? 'train');
}

/** Groups that the source itself has in several splits: none of their members may be moved. */
function partedGroups(items: readonly SplitItem[], result: readonly (Split | undefined)[]): Set<string> {
  const seen = new Map<string, Split | undefined>();
  const parted = new Set<string>();
  for (const [i, { group }] of items.entries()) {
    if (seen.has(group) && seen.get(group) !== result[i]) parted.add(group);
    seen.set(group, result[i]);
  }
  return parted;
}

/** Spreads the items at `indices` over `among` in proportion to their shares, class by class. */
function fill(
  items: readonly SplitItem[],
  indices: readonly number[],
  result: (Split | undefined)[],
  among: readonly Split[],
  ratio: Ratio,
  seed: number,
): void {
  const shares = among.map(split => ratio[SPLITS.indexOf(split)]!);
  const sum = shares.reduce((a, b) => a + b, 0);
  const total = shares.map(() => 0);
  const units = shuffledUnits(
    indices.map(i => items[i]!),
    seed,
  );
  for (const stratum of byClass(units)) {
    const count = stratum.reduce((n, unit) => n + unit.items.length, 0);
    const want = shares.map(share => (share / sum) * count);
    const chosen = assignStratum(stratum, want, total);
    for (const [u, unit] of stratum.entries()) {
      const split = among[chosen[u]!]!;
      for (const item of unit.items) result[indices[item]!] = split;
      total[chosen[u]!]! -= unit.items.length;
    }
    for (const [s, n] of want.entries()) total[s]! += n;
  }
}

/**
 * Largest groups first, each to the split that lacks most; equal lacks are decided by what the classes before have left open. For
 * groups of one this keeps every count within 1 of its share.
 */
function assignStratum(units: readonly Unit[], want: readonly number[], leftOpen: readonly number[]): number[] {
  const lack = [...want];
  const chosen = units.map(() => 0);
  const order = [...units.keys()].sort((a, b) => units[b]!.items.length - units[a]!.items.length);
  for (const u of order) {
    const best = lack.keys().reduce((a, b) => {
      const difference = lack[b]! - lack[a]!;
      return difference > 1e-9 || (difference > -1e-9 && leftOpen[b]! > leftOpen[a]! + 1e-9) ? b : a;
    });
    chosen[u] = best;
    lack[best]! -= units[u]!.items.length;
  }
  fillEmpty(units, want, chosen);
  return chosen;
}

/** Gives every wanted split at least one group, if there are enough: the smallest of the split that has most groups. */
function fillEmpty(units: readonly Unit[], want: readonly number[], chosen: number[]): void {
  const wanted = [...want.keys()].filter(s => want[s]! > 0);
  if (units.length < wanted.length) {
    // Too few for every split: they train.
    if (units.length === 1) chosen[0] = 0;
    return;
  }
  for (const split of wanted) {
    if (chosen.includes(split)) continue;
    const counts = wanted.map(s => chosen.filter(c => c === s).length);
    const donor = wanted[counts.indexOf(Math.max(...counts))];
    const smallest = [...units.keys()]
      .filter(u => chosen[u] === donor)
      .reduce((a, b) => (units[b]!.items.length < units[a]!.items.length ? b : a));
    chosen[smallest] = split;
  }
}
