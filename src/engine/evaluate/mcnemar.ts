/** Exact McNemar test: are two classifiers that saw the same images distinguishable? */

/** log n! by summation; n is a count of images. */
function logFactorials(n: number): Float64Array {
  const out = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) out[i] = out[i - 1]! + Math.log(i);
  return out;
}

/**
 * Two-sided p of `b` against `c`, the images that only the one or only the other classifies rightly: under the null hypothesis each is a fair
 * coin (binomial with b + c trials). 1 when there is no such image. Source: Q. McNemar, Psychometrika 12 (1947); exact form.
 */
export function mcnemar(b: number, c: number): number {
  const n = b + c;
  if (n === 0) return 1;
  const logs = logFactorials(n);
  let tail = 0;
  for (let k = 0; k <= Math.min(b, c); k++) tail += Math.exp(logs[n]! - logs[k]! - logs[n - k]! - n * Math.LN2);
  return Math.min(1, 2 * tail);
}
