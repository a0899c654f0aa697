/** Flips and affine maps, value for value as torchvision does them on PIL images (Pillow's Geometry.c). */
import type { Colour, Raster } from './raster.ts';

export type Interpolation = 'nearest' | 'bilinear';

/** Of an output point (x, y) the input point (a·x + b·y + c, d·x + e·y + f), in pixels from the top left corner. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export function horizontalFlip(image: Raster): Raster {
  const { data, width, height } = image;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0, to = y * width * 3, from = to + (width - 1) * 3; x < width; x++, to += 3, from -= 3) {
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  return { ...image, data: out };
}

export function verticalFlip(image: Raster): Raster {
  const { data, width, height } = image;
  const row = width * 3;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * row, (y + 1) * row), (height - 1 - y) * row);
  return { ...image, data: out };
}

/** Turns counter-clockwise about the centre by `degrees`. What comes from outside the picture is `fill`. */
export function rotate(image: Raster, degrees: number, interpolation: Interpolation, fill: Colour): Raster {
  const angle = ((degrees % 360) + 360) % 360;
  if (angle === 0) return { ...image, data: image.data.slice() };
  if (angle === 180) return verticalFlip(horizontalFlip(image));
  // Pillow rounds so that multiples of 90 degrees are exact.
  const round = (value: number): number => Number(value.toFixed(15));
  const cos = round(Math.cos((-angle * Math.PI) / 180));
  const sin = round(Math.sin((-angle * Math.PI) / 180));
  const cx = image.width / 2;
  const cy = image.height / 2;
  const matrix: AffineMatrix = [cos, sin, -cos * cx - sin * cy + cx, -sin, cos, sin * cx - cos * cy + cy];
  return affine(image, matrix, interpolation, fill);
}

export interface AffineParameters {
  /** Degrees, clockwise (torchvision's affine turns the other way than its rotate). */
  angle: number;
  /** Pixels to the right and down. */
  translate: readonly [number, number];
  /** Above 1 enlarges. */
  scale: number;
  /** Degrees along x and y. */
  shear: readonly [number, number];
  /** The point that stays, in pixels from the top left corner. */
  center: readonly [number, number];
}

/** The inverse map that `affine` needs: torchvision's `_get_inverse_affine_matrix`. */
export function affineMatrix({ angle, translate, scale, shear, center }: AffineParameters): AffineMatrix {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const rotation = radians(angle);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(rotation - sy) / Math.cos(sy);
  const b = (-Math.cos(rotation - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(rotation);
  const c = Math.sin(rotation - sy) / Math.cos(sy);
  const d = (-Math.sin(rotation - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(rotation);
  const [m0, m1, m3, m4] = [d / scale, -b / scale, -c / scale, a / scale];
  const x = -center[0] - translate[0];
  const y = -center[1] - translate[1];
  return [m0, m1, m0 * x + m1 * y + center[0], m3, m4, m3 * x + m4 * y + center[1]];
}

/** Each output pixel is taken from the input at the place that the matrix gives; from outside it is `fill`. */
export function affine(image: Raster, matrix: AffineMatrix, interpolation: Interpolation, fill: Colour): Raster {
  const { data, width, height } = image;
  const out = new Uint8Array(data.length);
  paint(out, fill);
  if (interpolation === 'bilinear') bilinear(data, out, width, height, matrix);
  else nearest(data, out, width, height, matrix);
  return { ...image, data: out };
}

function paint(data: Uint8Array, [r, g, b]: Colour): void {
  if (r === g && g === b) data.fill(r);
  else
    for (let i = 0; i < data.length; i += 3) {
      data[i] = r;
      data[i + 1] = g;
      data[i + 2] = b;
    }
}

function bilinear(data: Uint8Array, out: Uint8Array, width: number, height: number, matrix: AffineMatrix): void {
  const [a, b, c, d, e, f] = matrix;
  const row = width * 3;
  for (let y = 0, to = 0; y < height; y++) {
    const bx = b * (y + 0.5);
    const ey = e * (y + 0.5);
    for (let x = 0; x < width; x++, to += 3) {
      const px = a * (x + 0.5) + bx + c;
      const py = d * (x + 0.5) + ey + f;
      if (px < 0 || px >= width || py < 0 || py >= height) continue;
      const left = Math.floor(px - 0.5);
      const top = Math.floor(py - 0.5);
      const dx = px - 0.5 - left;
      const dy = py - 0.5 - top;
      // Outside by half a pixel: the border's pixels count twice.
      const right = left + 1 < width ? (left + 1) * 3 : left * 3;
      const below = top + 1 < height ? (top + 1) * row : top * row;
      const x0 = left < 0 ? 0 : left * 3;
      const y0 = top < 0 ? 0 : top * row;
      out[to] = mix(data[y0 + x0]!, data[y0 + right]!, data[below + x0]!, data[below + right]!, dx, dy);
      out[to + 1] = mix(
        data[y0 + x0 + 1]!,
        data[y0 + right + 1]!,
        data[below + x0 + 1]!,
        data[below + right + 1]!,
        dx,
        dy,
      );
      out[to + 2] = mix(
        data[y0 + x0 + 2]!,
        data[y0 + right + 2]!,
        data[below + x0 + 2]!,
        data[below + right + 2]!,
        dx,
        dy,
      );
    }
  }
}

/** Of four neighbours, towards zero. */
function mix(p00: number, p10: number, p01: number, p11: number, dx: number, dy: number): number {
  const upper = p00 + (p10 - p00) * dx;
  const lower = p01 + (p11 - p01) * dx;
  return (upper + (lower - upper) * dy) | 0;
}

/** In 16.16 fixed point as Pillow does, so that the same pixels are picked. */
function nearest(data: Uint8Array, out: Uint8Array, width: number, height: number, matrix: AffineMatrix): void {
  const fixed = (value: number): number => Math.floor(value * 65536 + 0.5);
  const [a, b, c, d, e, f] = matrix;
  const [xx, xy, yx, yy] = [fixed(a), fixed(b), fixed(d), fixed(e)];
  const x0 = fixed(c + a * 0.5 + b * 0.5);
  const y0 = fixed(f + d * 0.5 + e * 0.5);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to += 3) {
      const px = Math.floor((x0 + y * xy + x * xx) / 65536);
      const py = Math.floor((y0 + y * yy + x * yx) / 65536);
      if (px < 0 || px >= width || py < 0 || py >= height) continue;
      const from = (py * width + px) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
}
