import type { GraphBuilder } from '../builder.ts';
import type { Window } from '../shapes/spatial.ts';

export const zip = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** Size covered by a dilated kernel along axis `i`. */
export const extent = (w: Window, i: number): number => w.dilations[i]! * (w.kernel[i]! - 1) + 1;

/**
 * The adjoint of a sliding window: a ConvTranspose from output sizes `out` back to input sizes `sizes`. Rows no window reached
 * become zeros, rows beyond the input are cut off.
 */
export function transposedWindow(
  b: GraphBuilder,
  dy: string,
  kernel: string,
  w: Window,
  out: readonly number[],
  sizes: readonly number[],
  group: number,
): string {
  const end = sizes.map((size, i) => w.strides[i]! * (out[i]! - 1) + extent(w, i) - w.before[i]! - size);
  return b.add('ConvTranspose', [dy, kernel], {
    kernel_shape: w.kernel,
    strides: w.strides,
    dilations: w.dilations,
    pads: [...w.before, ...end.map(n => Math.max(0, n))],
    output_padding: end.map(n => Math.max(0, -n)),
    group,
  });
}
