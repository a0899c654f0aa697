import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Plateau, scheduleFactor } from '../../../src/engine/train/schedule.ts';

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

describe('scheduleFactor', () => {
  it('rises linearly through the warm-up, then stays', () => {
    const options = { name: 'constant', totalSteps: 100, warmupSteps: 4 } as const;
    assert.deepEqual(
      [0, 1, 2, 3, 4, 99].map(s => scheduleFactor(options, s)),
      [0.25, 0.5, 0.75, 1, 1, 1],
    );
  });

  it('falls as a half cosine from 1 to 0', () => {
    const options = { name: 'cosine', totalSteps: 100, warmupSteps: 0 } as const;
    near(scheduleFactor(options, 0), 1);
    near(scheduleFactor(options, 50), 0.5);
    near(scheduleFactor(options, 25), (1 + Math.SQRT1_2) / 2);
    near(scheduleFactor(options, 100), 0);
  });

  // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=100): lr after k steps
  it('is PyTorch’s one-cycle', () => {
    const options = { name: 'one-cycle', totalSteps: 100, warmupSteps: 0 } as const;
    near(scheduleFactor(options, 0), 0.04);
    near(scheduleFactor(options, 29), 1);
    near(scheduleFactor(options, 99), 4e-6);
    const factors = Array.from({ length: 100 }, (_, s) => scheduleFactor(options, s));
    assert.equal(Math.max(...factors), factors[29]);
    assert.ok(factors.every((f, i) => i === 0 || (i <= 29 ? f > factors[i - 1]! : f < factors[i - 1]!)));
  });
});

describe('Plateau', () => {
  it('falls to a tenth after the loss has stood still for the patience', () => {
    const plateau = new Plateau(2);
    for (const loss of [1, 0.9, 0.9, 0.9]) plateau.update(loss);
    assert.equal(plateau.factor, 1);
    plateau.update(0.9);
    near(plateau.factor, 0.1);
    plateau.update(0.5);
    near(plateau.factor, 0.1);
  });
});
