import { floatsOf } from '../tensors.ts';
import { unary } from './rule.ts';

/** Identity in inference mode; in training mode kept units carry 1 / (1 − ratio), chosen by the node's own mask output. */
export const dropout = unary((b, context) => {
  const { node, input, dy } = context;
  const training = input(2) === '' ? [0] : b.table.known(input(2));
  if (!training) throw context.unsupported('its training mode is not constant');
  if (training[0] === 0) return dy;
  const mask = node.outputs[1] ?? '';
  if (mask === '') throw context.unsupported('it drops at random without giving its mask');
  const ratio = b.initializers.get(input(1));
  if (input(1) !== '' && !ratio) throw context.unsupported('its ratio is not constant');
  const keep = 1 - (ratio ? floatsOf(ratio)[0]! : 0.5);
  return b.add('Mul', [b.add('Mul', [dy, b.add('Cast', [mask], { to: 1 })]), b.constant(1 / keep)]);
});
