import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dynamics } from '../../../src/engine/train/dynamics.ts';

const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

describe('Dynamics', () => {
  it('follows one image over three epochs (by hand)', () => {
    const dynamics = new Dynamics(Int32Array.of(1, 0), 3);
    for (const p of [
      [0.5, 0.3, 0.2],
      [0.2, 0.6, 0.2],
      [0.4, 0.35, 0.25],
    ]) {
      dynamics.beginEpoch();
      dynamics.record(0, Float32Array.from(p), 0);
    }
    const d = dynamics.of(0);
    near(d?.confidence, (0.3 + 0.6 + 0.35) / 3);
    near(d?.variability, Math.sqrt((0.09 + 0.36 + 0.1225) / 3 - (1.25 / 3) ** 2));
    near(d?.correctness, 1 / 3);
    near(d?.aum, (Math.log(0.3 / 0.5) + Math.log(0.6 / 0.2) + Math.log(0.35 / 0.4)) / 3);
    assert.equal(d?.forgetting, 1);
    near(d.el2n, Math.sqrt(0.16 + 0.65 ** 2 + 0.0625));
    assert.deepEqual(
      dynamics.state.predictions.map(e => [...e]),
      [
        [0, -1],
        [1, -1],
        [0, -1],
      ],
    );
  });

  it('keeps ever fewer epochs of a long run, and knows which', () => {
    const dynamics = new Dynamics(Int32Array.of(0), 2);
    for (let epoch = 1; epoch <= 1000; epoch++) {
      dynamics.beginEpoch();
      dynamics.record(0, epoch % 8 === 1 ? Float32Array.of(0.9, 0.1) : Float32Array.of(0.1, 0.9), 0);
    }
    const { predictions } = dynamics.state;
    assert.ok(predictions.length > 128 && predictions.length <= 256, `${predictions.length} kept`);
    dynamics.keptEpochs.forEach((epoch, i) =>
      assert.equal(predictions[i]![0], epoch % 8 === 1 ? 0 : 1, `epoch ${epoch}`),
    );
    assert.ok(Math.abs(dynamics.of(0)!.correctness - 125 / 1000) < 1e-9);
  });

  it('marks what was never learned and leaves out what was never seen', () => {
    const dynamics = new Dynamics(Int32Array.of(0, 0), 2);
    dynamics.beginEpoch();
    dynamics.record(0, Float32Array.of(0.2, 0.8), 0);
    assert.equal(dynamics.of(0)?.forgetting, -1);
    assert.equal(dynamics.of(1), null);
  });
});
