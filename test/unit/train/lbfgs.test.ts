import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minimize } from '../../../src/engine/train/lbfgs.ts';

describe('minimize', () => {
  it('finds the minimum of the Rosenbrock function', async () => {
    const result = await minimize(
      ([a = 0, b = 0]) =>
        Promise.resolve({
          value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
          gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
        }),
      Float64Array.of(-1.2, 1),
      { tolerance: 1e-8, maxIterations: 200 },
    );
    assert.ok(result.converged);
    assert.ok(result.iterations < 60, `${result.iterations} iterations`);
    assert.ok(Math.abs(result.x[0]! - 1) < 1e-6 && Math.abs(result.x[1]! - 1) < 1e-6);
  });

  it('solves an ill-conditioned quadratic of 50 variables', async () => {
    const scale = Float64Array.from({ length: 50 }, (_, i) => 10 ** ((4 * i) / 49));
    const result = await minimize(
      x => {
        const gradient = x.map((v, i) => scale[i]! * (v - i));
        return Promise.resolve({ value: x.reduce((sum, v, i) => sum + 0.5 * scale[i]! * (v - i) ** 2, 0), gradient });
      },
      new Float64Array(50),
      { tolerance: 1e-7, maxIterations: 2000 },
    );
    assert.ok(result.converged);
    result.x.forEach((v, i) => assert.ok(Math.abs(v - i) < 1e-5));
  });

  it('stops at once when it is aborted', async () => {
    const controller = new AbortController();
    controller.abort();
    const result = await minimize(
      x => Promise.resolve({ value: x[0]! ** 2, gradient: Float64Array.of(2 * x[0]!) }),
      Float64Array.of(3),
      { tolerance: 1e-9, maxIterations: 10, signal: controller.signal },
    );
    assert.equal(result.iterations, 0);
    assert.equal(result.converged, false);
  });
});
