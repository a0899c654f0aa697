import { floatAttribute, intAttribute, stringAttribute, type Node } from '../../../../src/engine/graph/ir.ts';
import { axisOf, each, filled, offset, strides, zipWith, type Tensor64 } from './tensor.ts';

export type Operator = (inputs: readonly (Tensor64 | undefined)[], node: Node) => Tensor64[];

/** Abramowitz and Stegun 7.1.5 for small arguments, the continued fraction 7.1.14 for large ones: full double precision. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 80; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = z;
  for (let n = 60; n >= 1; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction));
}

const map =
  (f: (x: number, node: Node) => number): Operator =>
  ([x], node) => [{ dims: x!.dims, data: x!.data.map(v => f(v, node)) }];

const zip =
  (f: (...values: number[]) => number): Operator =>
  inputs => [zipWith(inputs as Tensor64[], f)];

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

function softmaxed(x: Tensor64, axis: number, log: boolean): Tensor64 {
  const out = filled(x.dims);
  const steps = strides(x.dims);
  const at = axisOf(axis, x.dims.length);
  const n = x.dims[at]!;
  each(x.dims.with(at, 1), index => {
    const start = offset(index, steps);
    const values = Array.from({ length: n }, (_, i) => x.data[start + i * steps[at]!]!);
    const top = Math.max(...values);
    const sum = values.reduce((s, v) => s + Math.exp(v - top), 0);
    for (const [i, v] of values.entries()) {
      const y = v - top - Math.log(sum);
      out.data[start + i * steps[at]!] = log ? y : Math.exp(y);
    }
  });
  return out;
}

function gelu(x: number, node: Node): number {
  if (stringAttribute(node, 'approximate', 'none') === 'tanh')
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

const integerTypes = new Set([2, 3, 4, 5, 6, 7, 12, 13]);

export const elementwise: Record<string, Operator> = {
  Identity: map(x => x),
  Relu: map(x => Math.max(0, x)),
  LeakyRelu: map((x, node) => (x < 0 ? x * floatAttribute(node, 'alpha', 0.01) : x)),
  PRelu: zip((x, slope) => (x < 0 ? x * slope : x)),
  Sigmoid: map(x => 1 / (1 + Math.exp(-x))),
  HardSigmoid: map((x, n) => clamp(floatAttribute(n, 'alpha', 0.2) * x + floatAttribute(n, 'beta', 0.5), 0, 1)),
  HardSwish: map(x => x * clamp(x / 6 + 0.5, 0, 1)),
  Tanh: map(Math.tanh),
  Erf: map(erf),
  Gelu: map(gelu),
  Sqrt: map(Math.sqrt),
  Exp: map(Math.exp),
  Log: map(Math.log),
  Neg: map(x => -x),
  Abs: map(Math.abs),
  Sign: map(Math.sign),
  Reciprocal: map(x => 1 / x),
  Cast: map((x, node) => {
    const to = intAttribute(node, 'to', 1);
    return to === 9 ? Number(x !== 0) : integerTypes.has(to) ? Math.trunc(x) : x;
  }),
  Clip: ([x, low, high]) => [
    { dims: x!.dims, data: x!.data.map(v => clamp(v, low?.data[0] ?? -Infinity, high?.data[0] ?? Infinity)) },
  ],
  Softmax: ([x], node) => [softmaxed(x!, intAttribute(node, 'axis', -1), false)],
  LogSoftmax: ([x], node) => [softmaxed(x!, intAttribute(node, 'axis', -1), true)],
  Add: zip((a, b) => a + b),
  Sum: zip((...values) => values.reduce((a, b) => a + b, 0)),
  Sub: zip((a, b) => a - b),
  Mul: zip((a, b) => a * b),
  Div: zip((a, b) => a / b),
  Pow: zip((a, b) => a ** b),
  Min: zip((...values) => Math.min(...values)),
  Max: zip((...values) => Math.max(...values)),
  Greater: zip((a, b) => Number(a > b)),
  Less: zip((a, b) => Number(a < b)),
  Equal: zip((a, b) => Number(a === b)),
  And: zip((a, b) => Number(a !== 0 && b !== 0)),
  Where: zip((condition, a, b) => (condition === 0 ? b : a)),
  Dropout: ([x]) => [x!, filled(x!.dims, 1)],
};
