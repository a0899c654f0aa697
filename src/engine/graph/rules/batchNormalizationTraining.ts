import type { GraphBuilder } from '../builder.ts';
import type { Rule } from './rule.ts';
import { reduceSum, reshapeLike } from './shapesOf.ts';

/** Axes of the batch statistics: all but the channel. */
export const statisticAxes = (b: GraphBuilder, x: string): number[] =>
  b.shape(x).flatMap((_, i) => (i === 1 ? [] : [i]));

/** [C] seen as [1, C, 1, …] against `x`. */
export const perChannel = (b: GraphBuilder, vector: string, x: string): string =>
  b.add('Reshape', [vector, b.ints(b.shape(x).map((_, i) => (i === 1 ? -1 : 1)))]);

/**
 * y = γ·x̂ + β with statistics over the present samples (Ioffe and Szegedy 2015). With n samples present, g = dy·γ masked to them:
 * dx = σ⁻¹·(g − Σg/n − x̂·Σ(g·x̂)/n). A sample that is not present gets no gradient; its own dy must be zero, as the loss weight
 * makes it, for γ and β to be right.
 */
export const batchNormalizationTraining: Rule = ({ b, input, output, needs, dy }) => {
  const [x, scale, present] = [input(0), input(1), input(3)];
  const [normalised, inverse] = [output(3), output(4)];
  const axes = statisticAxes(b, x);
  const dScale = reduceSum(b, b.add('Mul', [dy, normalised]), axes);
  const dBias = reduceSum(b, dy, axes);
  const dX = (): string => {
    const count = countOf(b, x, present);
    const centred = b.add('Sub', [dy, b.add('Div', [dBias, count])]);
    const slope = b.add('Mul', [normalised, b.add('Div', [dScale, count])]);
    const gain = b.add('Mul', [perChannel(b, scale, x), inverse]);
    const inner = b.add('Mul', [b.add('Sub', [centred, slope]), gain]);
    return b.add('Mul', [inner, perSample(b, present, x)]);
  };
  return [
    needs(0) ? dX() : undefined,
    needs(1) ? reshapeLike(b, dScale, scale) : undefined,
    needs(2) ? reshapeLike(b, dBias, input(2)) : undefined,
  ];
};

/** [N] seen as [N, 1, …] against `x`. */
export const perSample = (b: GraphBuilder, vector: string, x: string): string =>
  b.add('Reshape', [vector, b.ints(b.shape(x).map((_, i) => (i === 0 ? -1 : 1)))]);

/** Elements per channel that count in the statistics, a scalar. */
export function countOf(b: GraphBuilder, x: string, present: string): string {
  const dims = b.dims(x);
  const spatial = dims.slice(2).reduce((p, q) => p * q, 1);
  const samples = b.add('ReduceSum', [present], { keepdims: 0 });
  return spatial === 1 ? samples : b.add('Mul', [samples, b.constant(spatial)]);
}
