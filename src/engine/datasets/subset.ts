import { byClass, shuffledUnits } from './order.ts';

/**
 * `count` of the items in their order, stratified by class and seeded. Nested: a smaller subset of the same items and seed is contained
 * in a larger one. Groups stay whole, but the last one is cut to meet the count. Every class comes in before any has a second group.
 * With `count` beyond the number of items: all of them.
 */
export function nestedSubset<T extends { label: number; group: string }>(
  items: readonly T[],
  count: number,
  seed: number,
): T[] {
  const placed: { at: number; items: number[] }[] = [];
  for (const stratum of byClass(shuffledUnits(items, seed))) {
    const size = stratum.reduce((n, unit) => n + unit.items.length, 0);
    let before = 0;
    for (const unit of stratum) {
      // The middle of the unit within its class; sorting all classes by it keeps any beginning proportional.
      placed.push({ at: before === 0 ? 0 : (before + unit.items.length / 2) / size, items: unit.items });
      before += unit.items.length;
    }
  }
  const ordered = placed.sort((a, b) => a.at - b.at).flatMap(unit => unit.items);
  return ordered
    .slice(0, count)
    .sort((a, b) => a - b)
    .map(i => items[i]!);
}
