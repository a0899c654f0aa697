import { intAttribute } from '../ir.ts';
import { windowOf } from '../shapes/spatial.ts';
import { isPointwise, spatialOf, swapped, tapsOf, type Convolution } from './convolution.ts';
import { weightGradient } from './convWeight.ts';
import type { Rule } from './rule.ts';
import { reduceSum, reshape, transpose } from './shapesOf.ts';
import { transposedWindow, zip } from './window.ts';

/** y = x ⋆ W + bias, any number of spatial axes, groups, strides, dilations and pads. Spatial sizes must be numbers. */
export const conv: Rule = ({ node, b, input, needs, dy }) => {
  const [x, weight] = [input(0), input(1)];
  const kernel = b.dims(weight).slice(2);
  const window = windowOf(node, kernel, b.shape(x).slice(2));
  const c: Convolution = { b, x, weight, dy, window, group: intAttribute(node, 'group', 1) };
  const channelSum = (): string => reduceSum(b, dy, [0, ...kernel.map((_, i) => i + 2)], false);
  return [
    needs(0) ? inputGradient(c) : undefined,
    needs(1) ? weightGradient(c) : undefined,
    needs(2) ? channelSum() : undefined,
  ];
};

/** ConvTranspose in general; with stride 1 and no or full grouping the plain Conv that equals it, which runs faster. */
function inputGradient(c: Convolution): string {
  const { b, x, weight, dy, window: w, group } = c;
  if (isPointwise(c)) return b.add('Conv', [dy, transpose(b, weight, swapped(b.rank(weight)))]);
  const depthwise = b.dim(weight, 0) === group && b.dim(weight, 1) === 1;
  const reach = w.kernel.map((k, i) => w.dilations[i]! * (k - 1));
  const fits = reach.every((r, i) => w.strides[i] === 1 && r >= w.before[i]! && r >= w.after[i]!);
  if (!fits || (group > 1 && !depthwise))
    return transposedWindow(b, dy, weight, w, spatialOf(b, dy), spatialOf(b, x), group);
  return b.add('Conv', [dy, turned(c)], {
    group,
    dilations: w.dilations,
    pads: [...reach.map((r, i) => r - w.before[i]!), ...reach.map((r, i) => r - w.after[i]!)],
  });
}

/** The kernel turned by 180°, input and output channels exchanged where there is one group. */
function turned({ b, weight, group, window }: Convolution): string {
  const kernel = group === 1 ? transpose(b, weight, swapped(b.rank(weight))) : weight;
  const taps = tapsOf(window);
  const flat = reshape(b, kernel, [b.dim(kernel, 0), b.dim(kernel, 1), taps]);
  const reversed = b.add('Gather', [flat, b.ints(zip(taps, i => taps - 1 - i))], { axis: 2 });
  return reshape(b, reversed, b.shape(kernel));
}
