import type { Proportion } from '../../shared/experiment.ts';

/** 97.5 % quantile of the normal distribution. */
const Z = 1.959964;

/**
 * Wilson score interval (95 %) of `successes` out of `n`; both ends in 0..1. With n = 0 nothing is known: value 0, interval 0..1.
 * Source: E. B. Wilson, JASA 22 (1927).
 */
export function wilson(successes: number, n: number): Proportion {
  if (n === 0) return { value: 0, n: 0, low: 0, high: 1 };
  const p = successes / n;
  const z2 = Z * Z;
  const centre = p + z2 / (2 * n);
  const half = Z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  // At p = 0 and 1 the formula gives exactly 0 and 1; rounding must not leave the unit interval or exclude p.
  return {
    value: p,
    n,
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: successes === n ? 1 : Math.min(1, (centre + half) / scale),
  };
}
