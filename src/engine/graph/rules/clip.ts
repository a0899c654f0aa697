import { unary } from './rule.ts';

/** Passes where the output lies strictly between the limits (TensorFlow's relu6; PyTorch also passes on a limit). Reads the output only, so Conv + Clip may still be fused. */
export const clip = unary((b, { input, output, dy }) => {
  const [low, high] = [input(1), input(2)];
  const above = low === '' ? '' : b.add('Greater', [output(0), low]);
  const below = high === '' ? '' : b.add('Less', [output(0), high]);
  if (above === '' && below === '') return dy;
  const inside = above === '' || below === '' ? above + below : b.add('And', [above, below]);
  return b.add('Mul', [dy, b.add('Cast', [inside], { to: 1 })]);
});
