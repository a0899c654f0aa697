import { intsAttribute } from '../ir.ts';
import { windowOf } from '../shapes/spatial.ts';
import { sizeOf } from '../tensors.ts';
import { unary } from './rule.ts';
import { reshape, reshapeLike } from './shapesOf.ts';
import { extent } from './window.ts';

/**
 * The node's second output says which element won (the first of equals); its gradient goes there. Windows that do not overlap need
 * only MaxUnpool, others a scatter that adds.
 */
export const maxPool = unary((b, context) => {
  const { node, input, dy } = context;
  const x = input(0);
  const window = windowOf(node, intsAttribute(node, 'kernel_shape')!, b.shape(x).slice(2));
  if (node.attributes['storage_order']?.value === 1) throw context.unsupported('its storage order is by column');
  const indices = b.extendOutputs(node, ['indices'])[1]!;
  const [sizes, out] = [b.dims(x).slice(2), b.dims(dy).slice(2)];
  // MaxUnpool refuses an output smaller than windows that reach beyond the input would cover.
  const apart = window.strides.every(
    (stride, i) => stride >= extent(window, i) && stride * (out[i]! - 1) + window.kernel[i]! <= sizes[i]!,
  );
  if (apart)
    return b.add('MaxUnpool', [dy, indices, b.ints(b.dims(x))], {
      kernel_shape: window.kernel,
      strides: window.strides,
    });
  const zeros = b.add('ConstantOfShape', [b.ints([sizeOf(b.dims(x))])]);
  const flat = (name: string): string => reshape(b, name, [sizeOf(b.dims(name))]);
  const sum = b.add('ScatterElements', [zeros, flat(indices), flat(dy)], { axis: 0, reduction: 'add' });
  return reshapeLike(b, sum, x);
});
