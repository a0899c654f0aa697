import type { GraphBuilder } from '../builder.ts';
import { intAttribute, intsAttribute } from '../ir.ts';
import { windowOf, type Window } from '../shapes/spatial.ts';
import { unary } from './rule.ts';
import { reshape, reshapeLike } from './shapesOf.ts';
import { extent, transposedWindow, zip } from './window.ts';

/** Every element gets the sum of dy / count over the windows that hold it: a ConvTranspose with a kernel of ones, channels as batch. */
export const averagePool = unary((b, context) => {
  const { node, input, output, dy } = context;
  const x = input(0);
  const window = windowOf(node, intsAttribute(node, 'kernel_shape')!, b.shape(x).slice(2));
  const sizes = b.dims(x).slice(2);
  const out = b.dims(output(0)).slice(2);
  const withPads = intAttribute(node, 'count_include_pad', 0) === 1;
  if (withPads && overshoots(window, sizes, out))
    throw context.unsupported('it rounds its size up and counts padding, which runtimes do differently');
  const counts = withPads ? undefined : countsOf(window, sizes, out);
  const taps = window.kernel.reduce((p, q) => p * q, 1);
  const uniform = counts === undefined || counts.every(n => n === taps);
  const share = uniform ? dy : b.add('Div', [dy, b.constant(counts, [1, 1, ...out])]);
  const kernel = b.constant(Array<number>(taps).fill(uniform ? 1 / taps : 1), [1, 1, ...window.kernel]);
  if (uniform && tiles(window, sizes)) return spread(b, b.add('Mul', [dy, b.constant(1 / taps)]), window, x);
  const [n, channels] = b.dims(x);
  const single = reshape(b, share, [n! * channels!, 1, ...out]);
  return reshapeLike(b, transposedWindow(b, single, kernel, window, out, sizes, 1), x);
});

const overshoots = (w: Window, sizes: readonly number[], out: readonly number[]): boolean =>
  sizes.some((size, i) => w.strides[i]! * (out[i]! - 1) + extent(w, i) > size + w.before[i]! + w.after[i]!);

/** Whether the windows cover the input exactly, side by side. */
const tiles = (w: Window, sizes: readonly number[]): boolean =>
  sizes.every(
    (size, i) => w.strides[i] === w.kernel[i] && w.dilations[i] === 1 && w.before[i] === 0 && size % w.kernel[i]! === 0,
  ) && w.after.every(n => n === 0);

/** Repeats each element over its window. */
function spread(b: GraphBuilder, dy: string, w: Window, x: string): string {
  const [n, channels, ...out] = b.dims(dy) as [number, number, ...number[]];
  const single = reshape(b, dy, [n * channels, ...out.flatMap(size => [size, 1])]);
  const shape = [n * channels, ...out.flatMap((size, i) => [size, w.kernel[i]!])];
  return reshapeLike(b, b.add('Expand', [single, b.ints(shape)]), x);
}

/** How many elements inside the input each window holds, [1, 1, …out] in order. */
function countsOf(w: Window, sizes: readonly number[], out: readonly number[]): number[] {
  const perAxis = sizes.map((size, i) =>
    zip(out[i]!, o => {
      const at = zip(w.kernel[i]!, k => o * w.strides[i]! + k * w.dilations[i]! - w.before[i]!);
      return at.filter(p => p >= 0 && p < size).length;
    }),
  );
  return perAxis.reduce<number[]>((all, axis) => all.flatMap(a => axis.map(n => a * n)), [1]);
}
