import sharp, { type Region, type Sharp } from 'sharp';
import type { Canvas } from './canvas.ts';

/** A drawing as premultiplied RGBA bytes, trimmed to what is visible. */
interface Raster {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A drawing ready to be stamped: the full raster, then halves of it, and a blurred silhouette for its shadow. */
export interface Sprite {
  levels: readonly Raster[];
  /** One byte of opacity per pixel; reaches `SHADOW_MARGIN` of the drawing's longer side beyond it on every side. */
  shadow: Raster;
}

/** Where and how large a sprite lies: centre and longer side in pixels, angle in radians, `squeeze` the factor of its width. */
export interface Placement {
  x: number;
  y: number;
  size: number;
  angle: number;
  squeeze: number;
  mirrored: boolean;
}

/** Rows of a 3 x 3 colour matrix, an offset in 0..255, and light falling from a direction (change of brightness from the centre to the rim). */
export interface Look {
  matrix: readonly number[];
  offset: number;
  light: readonly [number, number];
}

const SHADOW_SIZE = 56;
const SHADOW_MARGIN = 0.2;

/** Renders an SVG document. @throws whatever sharp throws for a damaged document. */
export async function renderSprite(svg: Buffer): Promise<Sprite> {
  const { data, info } = await sharp(svg).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const box = visibleBox(data, info.width, info.height);
  const trimmed = sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } }).extract(box);
  const levels: Raster[] = [];
  for (const shrink of [1, 2, 4]) {
    const size = { width: Math.ceil(box.width / shrink), height: Math.ceil(box.height / shrink) };
    levels.push(
      premultiplied(
        await trimmed
          .clone()
          .resize({ ...size, fit: 'fill' })
          .raw()
          .toBuffer(),
        size,
      ),
    );
  }
  return { levels, shadow: await silhouette(trimmed, box) };
}

async function silhouette(drawing: Sharp, box: { width: number; height: number }): Promise<Raster> {
  const scale = SHADOW_SIZE / Math.max(box.width, box.height);
  const margin = Math.round(SHADOW_SIZE * SHADOW_MARGIN);
  const size = { width: Math.ceil(box.width * scale), height: Math.ceil(box.height * scale) };
  const padded = await drawing
    .clone()
    .resize({ ...size, fit: 'fill' })
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer();
  const alpha = await sharp(padded).extractChannel('alpha').blur(3).raw().toBuffer({ resolveWithObject: true });
  const channels = alpha.info.channels;
  const data = Uint8Array.from({ length: alpha.info.width * alpha.info.height }, (_, i) => alpha.data[i * channels]!);
  return { width: alpha.info.width, height: alpha.info.height, data };
}

function visibleBox(data: Uint8Array, width: number, height: number): Region {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < 16) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) throw new Error('the drawing is empty');
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function premultiplied(data: Uint8Array, size: { width: number; height: number }): Raster {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    for (let c = 0; c < 3; c++) data[i + c] = Math.round(data[i + c]! * alpha);
  }
  return { ...size, data };
}

/** Draws the sprite over the canvas; what lies outside the canvas is cut off. */
export function stamp(canvas: Canvas, sprite: Sprite, place: Placement, look: Look): void {
  const raster =
    sprite.levels.findLast(level => Math.max(level.width, level.height) >= place.size) ?? sprite.levels[0]!;
  const { data: out } = canvas;
  const { matrix: m, offset, light } = look;
  const [width, height, data] = [raster.width, raster.height, raster.data];
  visit(canvas, raster, place, 0, (at, u, v) => {
    const x0 = Math.floor(u);
    const y0 = Math.floor(v);
    const fx = u - x0;
    const fy = v - y0;
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    for (let corner = 0; corner < 4; corner++) {
      const x = x0 + (corner & 1);
      const y = y0 + (corner >> 1);
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const weight = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy);
      const i = (y * width + x) * 4;
      r += data[i]! * weight;
      g += data[i + 1]! * weight;
      b += data[i + 2]! * weight;
      a += data[i + 3]! * weight;
    }
    if (a < 1) return;
    const share = a / 255;
    const gain = 1 + light[0] * (u / width - 0.5) * 2 + light[1] * (v / height - 0.5) * 2;
    const lift = offset * share;
    out[at] = out[at]! * (1 - share) + Math.min(a, (r * m[0]! + g * m[1]! + b * m[2]! + lift) * gain);
    out[at + 1] = out[at + 1]! * (1 - share) + Math.min(a, (r * m[3]! + g * m[4]! + b * m[5]! + lift) * gain);
    out[at + 2] = out[at + 2]! * (1 - share) + Math.min(a, (r * m[6]! + g * m[7]! + b * m[8]! + lift) * gain);
  });
}

/** Darkens the canvas in the shape of the sprite, softly. `strength` in 0..1. */
export function stampShadow(canvas: Canvas, sprite: Sprite, place: Placement, strength: number): void {
  const { width, height, data } = sprite.shadow;
  const { data: out } = canvas;
  visit(canvas, sprite.shadow, place, SHADOW_MARGIN, (at, u, v) => {
    const x0 = Math.min(width - 2, Math.max(0, Math.floor(u)));
    const y0 = Math.min(height - 2, Math.max(0, Math.floor(v)));
    const fx = Math.min(1, Math.max(0, u - x0));
    const fy = Math.min(1, Math.max(0, v - y0));
    const i = y0 * width + x0;
    const top = data[i]! + (data[i + 1]! - data[i]!) * fx;
    const low = data[i + width]! + (data[i + width + 1]! - data[i + width]!) * fx;
    const keep = 1 - (strength * (top + (low - top) * fy)) / 255;
    out[at] = out[at]! * keep;
    out[at + 1] = out[at + 1]! * keep;
    out[at + 2] = out[at + 2]! * keep;
  });
}

/**
 * Calls `draw` for each canvas pixel under the raster with the pixel's offset in the canvas and its place (u, v) in the raster.
 * `margin` is the share of the drawing's longer side by which the raster reaches beyond it.
 */
function visit(
  canvas: Canvas,
  raster: Raster,
  place: Placement,
  margin: number,
  draw: (at: number, u: number, v: number) => void,
): void {
  const scale = Math.max(raster.width, raster.height) / (place.size * (1 + 2 * margin));
  const [cos, sin] = [Math.cos(place.angle), Math.sin(place.angle)];
  const scaleX = (place.mirrored ? -scale : scale) / place.squeeze;
  const radius = Math.hypot((raster.width / scale) * place.squeeze, raster.height / scale) / 2 + 1;
  const [left, right] = [
    Math.max(0, Math.floor(place.x - radius)),
    Math.min(canvas.width - 1, Math.ceil(place.x + radius)),
  ];
  const [top, bottom] = [
    Math.max(0, Math.floor(place.y - radius)),
    Math.min(canvas.height - 1, Math.ceil(place.y + radius)),
  ];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const dx = x - place.x;
      const dy = y - place.y;
      const u = (dx * cos + dy * sin) * scaleX + (raster.width - 1) / 2;
      const v = (dy * cos - dx * sin) * scale + (raster.height - 1) / 2;
      if (u <= -1 || v <= -1 || u >= raster.width || v >= raster.height) continue;
      draw((y * canvas.width + x) * 3, u, v);
    }
  }
}
