import { normalAxis } from '../dims.ts';
import { intAttribute } from '../ir.ts';
import type { Rule } from './rule.ts';
import { reduce, reduceTo } from './shapesOf.ts';

/**
 * y = γ·x̂ + β over the axes from `axis` on (Ba 2016). With g = dy·γ: dx = σ⁻¹·(g − mean g − x̂·mean(g·x̂)). The node's optional
 * outputs give mean and σ⁻¹.
 */
export const layerNormalization: Rule = ({ node, b, input, needs, dy }) => {
  const [x, scale, bias] = [input(0), input(1), input(2)];
  const rank = b.rank(x);
  const first = normalAxis(intAttribute(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const outputs = b.extendOutputs(node, ['mean', 'inverse']);
  const [mean, inverse] = [outputs[1]!, outputs[2]!];
  const normalised = b.add('Mul', [b.add('Sub', [x, mean]), inverse]);
  const dX = (): string => {
    const g = b.add('Mul', [dy, scale]);
    const centred = b.add('Sub', [g, reduce(b, 'Mean', g, axes)]);
    const slope = b.add('Mul', [normalised, reduce(b, 'Mean', b.add('Mul', [g, normalised]), axes)]);
    return b.add('Mul', [b.add('Sub', [centred, slope]), inverse]);
  };
  return [
    needs(0) ? dX() : undefined,
    needs(1) ? reduceTo(b, b.add('Mul', [dy, normalised]), scale) : undefined,
    needs(2) ? reduceTo(b, dy, bias) : undefined,
  ];
};
