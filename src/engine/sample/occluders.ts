import { hsv, mix, smoothstep, type Canvas, type Colour } from './canvas.ts';
import type { Random } from './random.ts';

/** Lays a leaf or a strip over the canvas near (x, y); `size` is about how long or wide it is, in pixels. */
export function paintOccluder(canvas: Canvas, random: Random, x: number, y: number, size: number): void {
  if (random.chance(0.75)) leaf(canvas, random, x, y, size);
  else strip(canvas, random, x, y, size * random.range(0.25, 0.45));
}

/** A pointed leaf with a midrib: the overlap of two circles, darker on one half. */
function leaf(canvas: Canvas, random: Random, cx: number, cy: number, length: number): void {
  const angle = random.range(0, Math.PI * 2);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const half = length / 2;
  const plump = half * random.range(0.32, 0.55);
  const radius = (half * half + plump * plump) / (2 * plump);
  const light = hsv(random.range(70, 140), random.range(0.4, 0.8), random.range(0.4, 0.75));
  const dark = mix(light, [10, 30, 10], 0.28);
  const rib = mix(light, [235, 245, 200], 0.45);
  const veins = random.range(9, 16);
  paintOver(canvas, cx, cy, half + 8, (x, y) => {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    const inside = radius - Math.hypot(u, Math.abs(v) + radius - plump);
    if (inside < -5) return undefined;
    if (inside < -1) return [SHADE, 0.3 * (1 + inside / 5)];
    const line = Math.abs(v) < 1.2 || Math.abs(((u + Math.abs(v) * 0.8) / veins) % 1) < 0.08;
    return [line ? rib : v > 0 ? light : dark, Math.min(1, inside + 1)];
  });
}

/** A bar across the whole picture: a label, a slat, a stalk out of focus. */
function strip(canvas: Canvas, random: Random, cx: number, cy: number, width: number): void {
  const angle = random.range(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const base = hsv(random.range(0, 360), random.range(0.05, 0.6), random.range(0.25, 0.9));
  const soft = random.range(2, 9);
  const opacity = random.range(0.75, 1);
  paintOver(canvas, cx, cy, canvas.width + canvas.height, (x, y) => {
    const across = Math.abs(x * sin - y * cos) / (width / 2);
    if (across > 1 + (soft * 2) / width) return undefined;
    return [mix(base, [0, 0, 0], 0.25 * across), opacity * smoothstep(1 + soft / width, 1 - soft / width, across)];
  });
}

const SHADE: Colour = [0, 0, 0];

/** Mixes a colour over every pixel within `reach` of (cx, cy); `paint` takes offsets from there and gives colour and opacity (0..1). */
function paintOver(
  canvas: Canvas,
  cx: number,
  cy: number,
  reach: number,
  paint: (x: number, y: number) => readonly [Colour, number] | undefined,
): void {
  const { width, height, data } = canvas;
  for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(height, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(width, cx + reach); x++) {
      const layer = paint(x - cx, y - cy);
      if (!layer) continue;
      const [colour, opacity] = layer;
      const i = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) data[i + c] = data[i + c]! + (colour[c]! - data[i + c]!) * opacity;
    }
  }
}
