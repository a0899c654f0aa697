import { floatAttribute, intAttribute } from '../ir.ts';
import { perChannel, statisticAxes } from './batchNormalizationTraining.ts';
import type { Rule } from './rule.ts';
import { reduceSum, reshapeLike } from './shapesOf.ts';

/**
 * Inference mode: y = γ·(x − μ)/√(σ² + ε) + β with given statistics. Nodes that train on batch statistics are rewritten to
 * `headway.BatchNormalizationTraining` before differentiation, see `batchNorm.ts`.
 */
export const batchNormalization: Rule = context => {
  const { node, b, input, needs, dy } = context;
  if (intAttribute(node, 'training_mode', 0) === 1) throw context.unsupported('it is in training mode');
  if (needs(3) || needs(4)) throw context.unsupported('its running statistics cannot be trained');
  const [x, scale, mean, variance] = [input(0), input(1), input(3), input(4)];
  const shifted = b.add('Add', [variance, b.constant(floatAttribute(node, 'epsilon', 1e-5))]);
  const inverse = b.add('Reciprocal', [b.add('Sqrt', [shifted])]);
  const axes = statisticAxes(b, x);
  const dScale = (): string => {
    const centred = b.add('Sub', [x, perChannel(b, mean, x)]);
    const sum = reduceSum(b, b.add('Mul', [dy, centred]), axes, false);
    return reshapeLike(b, b.add('Mul', [sum, inverse]), scale);
  };
  return [
    needs(0) ? b.add('Mul', [dy, perChannel(b, b.add('Mul', [scale, inverse]), x)]) : undefined,
    needs(1) ? dScale() : undefined,
    needs(2) ? reduceSum(b, dy, axes, false) : undefined,
  ];
};
