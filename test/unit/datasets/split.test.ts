import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SPLITS, type Split } from '../../../src/shared/dataset.ts';
import { nestedSubset } from '../../../src/engine/datasets/subset.ts';
import {
  assignSplits,
  DEFAULT_RATIO,
  normalizedRatio,
  type Ratio,
  type SplitItem,
} from '../../../src/engine/datasets/split.ts';

const ratios = fc
  .tuple(fc.integer({ min: 40, max: 90 }), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }))
  .map(shares => normalizedRatio(shares.map(s => s / (shares[0] + shares[1] + shares[2])) as Ratio));
const seeds = fc.integer({ min: 0, max: 1e6 });

/** Items without groups: class sizes in, items out. */
const singles = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })
  .map(sizes =>
    sizes.flatMap((size, label) => Array.from({ length: size }, (_, i) => ({ label, group: `${label}/${i}` }))),
  );

const grouped = fc
  .array(fc.record({ label: fc.integer({ min: 0, max: 4 }), group: fc.integer({ min: 0, max: 25 }) }), {
    minLength: 1,
    maxLength: 150,
  })
  .map(items => items.map(({ label, group }) => ({ label, group: `g${group}` })));

const withGiven = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 4 }),
      split: fc.option(fc.constantFrom(...SPLITS), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map(items => items.map((item, i): SplitItem => ({ ...item, group: `${i}` })));

const count = (splits: readonly Split[], split: Split): number => splits.filter(s => s === split).length;

test('single images: each class is within one of its shares, before every split gets at least one', () => {
  fc.assert(
    fc.property(singles, ratios, seeds, (items, ratio, seed) => {
      const splits = assignSplits(items, ratio, seed);
      for (const label of new Set(items.map(i => i.label))) {
        const ofClass = splits.filter((_, i) => items[i]!.label === label);
        for (const [s, split] of SPLITS.entries()) {
          const n = count(ofClass, split);
          const want = ratio[s]! * ofClass.length;
          const wanted = ratio.filter(r => r > 0).length;
          if (ratio[s] === 0) assert.equal(n, 0);
          else if (ofClass.length >= wanted) assert.ok(n >= 1, `class of ${ofClass.length} has no ${split}`);
          // A split of less than one image takes one from the largest.
          if (ofClass.length > 1) assert.ok(n > want - 1 - 2 && n < want + 1 + 1e-9, `${n} of ${want} in ${split}`);
          if (ofClass.length * Math.min(...ratio.filter(r => r > 0)) >= 1) assert.ok(Math.abs(n - want) < 1 + 1e-9);
        }
      }
    }),
  );
});

test('a class of one image trains', () => {
  const splits = assignSplits(
    [{ label: 0, group: 'a' }, ...Array.from({ length: 9 }, (_, i) => ({ label: 1, group: `b${i}` }))],
    [0.2, 0.4, 0.4],
    3,
  );
  assert.equal(splits[0], 'train');
});

test('equal rounding is spread: no split is favoured over many classes', () => {
  const items = Array.from({ length: 40 }, (_, label) =>
    Array.from({ length: 10 }, (_, i) => ({ label, group: `${label}/${i}` })),
  ).flat();
  const splits = assignSplits(items, DEFAULT_RATIO, 1);
  assert.deepEqual(
    SPLITS.map(s => count(splits, s)),
    [280, 60, 60],
  );
});

test('groups stay whole', () => {
  fc.assert(
    fc.property(grouped, ratios, seeds, (items, ratio, seed) => {
      const splits = assignSplits(items, ratio, seed);
      const of = new Map<string, Split>();
      for (const [i, { group }] of items.entries()) {
        assert.equal(of.get(group) ?? splits[i], splits[i]);
        of.set(group, splits[i]!);
      }
    }),
  );
});

test('the result depends on the set of items and the seed, not on their order', () => {
  fc.assert(
    fc.property(singles, ratios, seeds, (items, ratio, seed) => {
      const forth = assignSplits(items, ratio, seed);
      const back = assignSplits(items.toReversed(), ratio, seed);
      assert.deepEqual(back.toReversed(), forth);
    }),
  );
  const items = Array.from({ length: 60 }, (_, i) => ({ label: i % 3, group: `${i}` }));
  assert.notDeepEqual(assignSplits(items, DEFAULT_RATIO, 1), assignSplits(items, DEFAULT_RATIO, 2));
});

test('a given split stays, except that train gives to splits the source lacks', () => {
  fc.assert(
    fc.property(withGiven, ratios, seeds, (items, ratio, seed) => {
      const splits = assignSplits(items, ratio, seed);
      const given = new Set(items.map(i => i.split));
      for (const [i, { split }] of items.entries())
        if (split === 'validation' || split === 'test') assert.equal(splits[i], split);
        else if (split === 'train' && splits[i] !== 'train') assert.ok(!given.has(splits[i]));
    }),
  );
});

test('a source with train and test gets its validation from train', () => {
  const items: SplitItem[] = Array.from({ length: 200 }, (_, i) => ({
    label: i % 2,
    group: `${i}`,
    split: i < 100 ? 'train' : 'test',
  }));
  const splits = assignSplits(items, [0.6, 0.2, 0.2], 1);
  assert.deepEqual(
    SPLITS.map(s => count(splits, s)),
    [75, 25, 100],
  );
  assert.ok(splits.slice(100).every(s => s === 'test'));
});

test('open images follow their group into the split that is given for it', () => {
  const splits = assignSplits(
    [
      { label: 0, group: 'g', split: 'test' },
      { label: 0, group: 'g' },
      { label: 0, group: 'h', split: 'train' },
      { label: 0, group: 'i', split: 'validation' },
    ],
    DEFAULT_RATIO,
    1,
  );
  assert.deepEqual(splits, ['test', 'test', 'train', 'validation']);
});

test('ratios: per cent or fractions, and what is neither is refused', () => {
  assert.deepEqual(normalizedRatio([70, 15, 15]), [0.7, 0.15, 0.15]);
  assert.deepEqual(normalizedRatio([0.8, 0.2, 0]), [0.8, 0.2, 0]);
  for (const bad of [
    [0, 50, 50],
    [70, 15, 16],
    [110, -5, -5],
    [Number.NaN, 0.5, 0.5],
    [1, 1, 1],
  ] as const)
    assert.throws(() => normalizedRatio(bad), /70\/15\/15/);
});

test('subsets are nested, of the size asked for, and hold every class before any twice', () => {
  fc.assert(
    fc.property(singles, seeds, fc.nat(250), fc.nat(250), (items, seed, a, b) => {
      const [small, large] = [nestedSubset(items, Math.min(a, b), seed), nestedSubset(items, Math.max(a, b), seed)];
      assert.equal(small.length, Math.min(a, b, items.length));
      assert.ok(small.every(item => large.includes(item)));
      const classes = new Set(items.map(i => i.label)).size;
      assert.equal(new Set(small.map(i => i.label)).size, Math.min(classes, small.length));
      for (const label of new Set(items.map(i => i.label))) {
        const share = items.filter(i => i.label === label).length / items.length;
        assert.ok(Math.abs(small.filter(i => i.label === label).length - share * small.length) <= classes + 1);
      }
    }),
  );
});

test('subsets cut no group but the last', () => {
  fc.assert(
    fc.property(grouped, seeds, fc.nat(150), (items, seed, n) => {
      const chosen = new Set(nestedSubset(items, n, seed));
      const cut = new Set<string>();
      for (const item of items)
        if (!chosen.has(item) && items.some(o => o.group === item.group && chosen.has(o))) cut.add(item.group);
      assert.ok(cut.size <= 1, [...cut].join());
    }),
  );
});
