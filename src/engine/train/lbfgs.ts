/**
 * Limited-memory BFGS with a strong Wolfe line search.
 * Source: J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., algorithms 7.4, 7.5, 3.5, 3.6.
 */

export interface Evaluation {
  value: number;
  gradient: Float64Array;
}

export interface LbfgsOptions {
  /** Stop when the largest absolute gradient entry is at most this. */
  tolerance: number;
  maxIterations: number;
  /** Pairs kept. */
  memory?: number;
  /** Relative rounding error of `value`; near the minimum, decreases below it cannot be seen and the slopes decide. */
  noise?: number;
  signal?: AbortSignal;
}

export interface LbfgsResult {
  x: Float64Array;
  value: number;
  iterations: number;
  evaluations: number;
  /** False when it ended at `maxIterations` or because no further decrease was found (rounding). */
  converged: boolean;
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
const largest = (a: Float64Array): number => {
  let m = 0;
  for (let i = 0; i < a.length; i++) m = Math.max(m, Math.abs(a[i]!));
  return m;
};
const along = (x: Float64Array, step: number, direction: Float64Array): Float64Array => {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! + step * direction[i]!;
  return out;
};

/** Minimises `f` from `start`. Stops early when `signal` is aborted, returning the best point so far. */
export async function minimize(
  f: (x: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  { tolerance, maxIterations, memory = 10, noise = 1e-14, signal }: LbfgsOptions,
): Promise<LbfgsResult> {
  let x = start;
  let evaluations = 0;
  const evaluate = (point: Float64Array): Promise<Evaluation> => {
    evaluations++;
    return f(point);
  };
  let current = await evaluate(x);
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let iterations = 0;
  while (iterations < maxIterations && largest(current.gradient) > tolerance && !signal?.aborted) {
    const direction = descent(current.gradient, pairs);
    const initial = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(current.gradient, current.gradient))) : 1;
    const next = await lineSearch(evaluate, x, current, direction, initial, noise);
    if (next === null) break;
    const s = along(next.x, -1, x);
    const y = along(next.at.gradient, -1, current.gradient);
    const curvature = dot(s, y);
    if (curvature > 1e-10 * dot(y, y)) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > memory) pairs.shift();
    }
    x = next.x;
    current = next.at;
    iterations++;
  }
  return { x, value: current.value, iterations, evaluations, converged: largest(current.gradient) <= tolerance };
}

/** Two-loop recursion: −H·g. */
function descent(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.slice();
  const alphas = new Array<number>(pairs.length).fill(0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i]!;
    const alpha = rho * dot(s, q);
    alphas[i] = alpha;
    for (let j = 0; j < q.length; j++) q[j] = q[j]! - alpha * y[j]!;
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = 1 / (newest.rho * dot(newest.y, newest.y));
    for (let j = 0; j < q.length; j++) q[j] = q[j]! * scale;
  }
  pairs.forEach(({ s, y, rho }, i) => {
    const beta = rho * dot(y, q);
    const a = alphas[i]!;
    for (let j = 0; j < q.length; j++) q[j] = q[j]! + (a - beta) * s[j]!;
  });
  for (let j = 0; j < q.length; j++) q[j] = -q[j]!;
  return q;
}

interface Step {
  x: Float64Array;
  at: Evaluation;
}

/**
 * A step that fulfils the strong Wolfe conditions or, where the value no longer tells, the approximate ones of W. Hager and
 * H. Zhang (SIAM J. Optim. 16, 2005); else the best decrease seen, else null.
 */
async function lineSearch(
  evaluate: (x: Float64Array) => Promise<Evaluation>,
  x: Float64Array,
  from: Evaluation,
  direction: Float64Array,
  initial: number,
  noise: number,
): Promise<Step | null> {
  const c1 = 1e-4;
  const c2 = 0.9;
  const slope0 = dot(from.gradient, direction);
  if (!(slope0 < 0)) return null;
  let best: Step | null = null;
  const at = async (step: number) => {
    const point = along(x, step, direction);
    const evaluation = await evaluate(point);
    if (evaluation.value < (best?.at.value ?? from.value)) best = { x: point, at: evaluation };
    return { step, evaluation, slope: dot(evaluation.gradient, direction), point };
  };
  type Trial = Awaited<ReturnType<typeof at>>;
  const sufficient = (t: Trial) => t.evaluation.value <= from.value + c1 * t.step * slope0;
  const accepted = (t: Trial) =>
    (sufficient(t) && Math.abs(t.slope) <= -c2 * slope0) ||
    (t.evaluation.value <= from.value + noise * Math.abs(from.value) &&
      t.slope >= c2 * slope0 &&
      t.slope <= (2 * c1 - 1) * slope0);
  const zoom = async (low: Trial, high: Trial): Promise<Step | null> => {
    for (let i = 0; i < 20; i++) {
      const t = await at(between(low, high));
      if (accepted(t)) return { x: t.point, at: t.evaluation };
      if (!sufficient(t) || t.evaluation.value >= low.evaluation.value) high = t;
      else {
        if (t.slope * (high.step - low.step) >= 0) high = low;
        low = t;
      }
      if (Math.abs(high.step - low.step) < 1e-9 * Math.max(1, low.step)) break;
    }
    return best;
  };
  let previous: Trial = { step: 0, evaluation: from, slope: slope0, point: x };
  let step = initial;
  for (let i = 0; i < 25; i++) {
    const t = await at(step);
    if (!Number.isFinite(t.evaluation.value)) {
      step = (previous.step + step) / 4;
      continue;
    }
    if (accepted(t)) return { x: t.point, at: t.evaluation };
    if (!sufficient(t) || (i > 0 && t.evaluation.value >= previous.evaluation.value)) return zoom(previous, t);
    if (t.slope >= 0) return zoom(t, previous);
    previous = t;
    step *= 2;
  }
  return best;
}

/** Minimum of the cubic through values and slopes at both ends, kept off the ends (Nocedal & Wright, 3.59). */
function between(
  a: { step: number; evaluation: Evaluation; slope: number },
  b: { step: number; evaluation: Evaluation; slope: number },
): number {
  const d1 = a.slope + b.slope - (3 * (a.evaluation.value - b.evaluation.value)) / (a.step - b.step);
  const root = d1 * d1 - a.slope * b.slope;
  const middle = (a.step + b.step) / 2;
  if (!(root >= 0)) return middle;
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(root);
  const t = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  const low = Math.min(a.step, b.step);
  const width = Math.abs(b.step - a.step);
  return Number.isFinite(t) && t > low + 0.1 * width && t < low + 0.9 * width ? t : middle;
}
