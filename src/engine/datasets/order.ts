import { hash } from 'node:crypto';

/** Items that must not be parted, with the class that most of them have. */
export interface Unit {
  group: string;
  label: number;
  /** Indices of its items. */
  items: number[];
}

/**
 * Groups in an order that depends only on their names and the seed, not on the order of the items, and in which adding a group does
 * not move the others: sorted by SHA-256 of seed and name.
 */
export function shuffledUnits(items: readonly { label: number; group: string }[], seed: number): Unit[] {
  const groups = new Map<string, number[]>();
  for (const [i, { group }] of items.entries()) {
    const members = groups.get(group);
    if (members) members.push(i);
    else groups.set(group, [i]);
  }
  return [...groups]
    .map(([group, members]) => ({
      key: hash('sha256', `${seed}\n${group}`, 'hex'),
      unit: { group, label: mostFrequent(members.map(i => items[i]!.label)), items: members },
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ unit }) => unit);
}

/** Units by class, classes ascending. */
export function byClass(units: readonly Unit[]): Unit[][] {
  const classes = new Map<number, Unit[]>();
  for (const unit of units) {
    const list = classes.get(unit.label);
    if (list) list.push(unit);
    else classes.set(unit.label, [unit]);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, list]) => list);
}

/** The smallest of equally frequent ones. */
function mostFrequent(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].reduce((best, next) =>
    next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best,
  )[0];
}
