import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { listDrawings, packagedDrawings, type Drawing } from '../../../src/engine/sample/drawings.ts';
import { planGarden, type GardenPlan } from '../../../src/engine/sample/plan.ts';

describe('the plan of the full Garden', () => {
  let drawings: Drawing[];
  let plan: GardenPlan;
  before(async () => {
    drawings = await listDrawings(packagedDrawings());
    plan = planGarden(drawings, 1, 72);
  });

  it('has at least 12 classes, 900 images and 6 emoji sets', () => {
    assert.ok(plan.classes.length >= 12);
    assert.ok(plan.images.length >= 900);
    assert.ok(new Set(drawings.map(d => d.set)).size >= 6);
  });

  it('uses every drawing', () => {
    const used = new Set(plan.images.map(image => image.drawing.file));
    assert.deepEqual([...used].sort(), drawings.map(d => d.file).sort());
  });

  it('keeps the drawings of a class and set in one split, about 70, 15 and 15 per cent', () => {
    const splits = new Map<string, Set<string>>();
    for (const image of plan.images.filter(i => i.copy === undefined || i.split === i.copy.of.split)) {
      const key = `${image.drawing.class}/${image.drawing.set}`;
      splits.set(key, (splits.get(key) ?? new Set()).add(image.split));
    }
    assert.ok([...splits.values()].every(found => found.size === 1));
    const shares = SPLITS.map(split => plan.groups.filter(g => g.split === split).length / plan.groups.length);
    for (const [i, expected] of [0.7, 0.15, 0.15].entries())
      assert.ok(Math.abs(shares[i]! - expected) < 0.03, shares.join());
  });

  it('has every class in every split', () => {
    for (const split of SPLITS) {
      const found = new Set(plan.images.filter(i => i.split === split).map(i => i.trueClass));
      assert.deepEqual([...found].sort(), plan.classes);
    }
  });

  it('plants wrong labels, near-duplicates and one leak in their numbers', () => {
    const wrong = (split: string): number =>
      plan.images.filter(i => i.split === split && i.label !== i.trueClass && !i.copy).length;
    const train = plan.images.filter(i => i.split === 'train' && !i.copy).length;
    assert.equal(wrong('train'), Math.round(train * 0.03));
    assert.ok(wrong('validation') >= 2 && wrong('test') >= 2);
    const copies = plan.images.filter(i => i.copy);
    assert.ok(copies.every(i => i.copy!.of.split === 'train' && i.label === i.trueClass && !i.copy!.of.copy));
    assert.equal(copies.filter(i => i.split === 'train').length, 20);
    const leaks = copies.filter(i => i.split === 'test');
    assert.equal(leaks.length, 1);
    assert.equal(plan.groups.find(g => g.id === leaks[0]!.group)?.split, 'test');
  });

  it('numbers the files of each given class without gaps and only by the given class', () => {
    for (const name of plan.classes) {
      const paths = plan.images.filter(i => i.label === name).map(i => i.path);
      assert.deepEqual(
        paths,
        paths.map((_, i) => `images/${name}/${String(i + 1).padStart(4, '0')}.jpg`),
      );
    }
  });

  it('is the same for the same seed and another for another', () => {
    assert.deepEqual(planGarden(drawings, 1, 72), plan);
    assert.notDeepEqual(planGarden(drawings, 2, 72), plan);
  });
});
