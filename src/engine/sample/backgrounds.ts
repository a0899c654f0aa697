import { fill, hsv, mix, noiseField, overlay, smoothstep, type Canvas, type Colour } from './canvas.ts';
import type { Random } from './random.ts';

type Painter = (canvas: Canvas, random: Random) => void;

/** A colour that a wall, a cloth or a table could have. */
function surfaceColour(random: Random, value: [number, number] = [0.35, 0.95]): Colour {
  return hsv(random.range(0, 360), random.range(0.05, 0.55), random.range(...value));
}

/** Distances along a direction, in pixels. */
function direction(random: Random): (x: number, y: number) => number {
  const angle = random.range(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => x * cos + y * sin;
}

function gradient(canvas: Canvas, random: Random): void {
  const a = surfaceColour(random);
  const b = mix(a, surfaceColour(random), 0.7);
  const along = direction(random);
  const [x0, y0] = [random.range(0, canvas.width), random.range(0, canvas.height)];
  const radial = random.chance(0.4);
  const reach = canvas.width * random.range(0.8, 1.3);
  fill(canvas, a, b, (x, y) => smoothstep(0, 1, radial ? Math.hypot(x - x0, y - y0) / reach : along(x, y) / reach));
}

function paper(canvas: Canvas, random: Random): void {
  const colour = surfaceColour(random, [0.7, 0.98]);
  const noise = noiseField(random, canvas.width, canvas.height, random.range(30, 120), random.range(30, 120), 5);
  fill(
    canvas,
    mix(colour, [0, 0, 0], 0.18),
    mix(colour, [255, 255, 255], 0.15),
    (x, y) => noise[y * canvas.width + x]!,
  );
}

function stripes(canvas: Canvas, random: Random): void {
  const a = surfaceColour(random);
  const b = random.chance(0.5) ? mix(a, [255, 255, 255], 0.7) : surfaceColour(random);
  const along = direction(random);
  const period = random.range(14, 60);
  const soft = random.range(0.04, 0.2);
  fill(canvas, a, b, (x, y) => {
    const phase = along(x, y) / period;
    const wave = Math.abs(phase - Math.floor(phase) - 0.5) * 2;
    return smoothstep(0.5 - soft, 0.5 + soft, wave);
  });
}

/** Boards with grain, running across or down. */
function wood(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const upright = random.chance(0.4);
  const hue = random.range(18, 38);
  const light = hsv(hue, random.range(0.25, 0.6), random.range(0.5, 0.9));
  const dark = mix(light, hsv(hue - 6, 0.7, 0.25), random.range(0.35, 0.7));
  const grain = upright ? noiseField(random, width, height, 14, 220, 4) : noiseField(random, width, height, 220, 14, 4);
  const rings = random.range(3, 7);
  const board = random.range(40, 90);
  const tones = Array.from({ length: 16 }, () => random.range(-0.18, 0.18));
  fill(canvas, light, dark, (x, y) => {
    const value = grain[y * width + x]! * rings;
    const across = (upright ? x : y) / board;
    const gap = smoothstep(0.03, 0, across - Math.floor(across));
    return Math.min(
      1.2,
      Math.abs(value - Math.floor(value) - 0.5) * 1.1 + tones[Math.floor(across) % 16]! + 0.15 + gap * 0.6,
    );
  });
}

/** A checked cloth: bands both ways, darker where they cross, with a fine weave. */
function gingham(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const colour = hsv(
    random.pick([0, 4, 30, 120, 150, 200, 215, 230, 280, 340]),
    random.range(0.45, 0.85),
    random.range(0.5, 0.85),
  );
  const cell = random.range(12, 34);
  const angle = random.range(-0.5, 0.5);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const folds = noiseField(random, width, height, 110, 110, 2);
  const band = (u: number): number => smoothstep(0.45, 0.55, Math.abs(u / cell - 2 * Math.floor(u / cell / 2) - 1));
  fill(canvas, [246, 244, 238], colour, (x, y) => {
    const share = 0.5 * (band(x * cos + y * sin) + band(y * cos - x * sin));
    return share * 0.92 + ((x + y) & 1) * 0.04 + (folds[y * width + x]! - 0.5) * 0.35;
  });
}

function soil(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const hue = random.range(15, 35);
  const noise = noiseField(random, width, height, random.range(18, 50), random.range(18, 50), 5);
  const dark = hsv(hue, random.range(0.4, 0.7), random.range(0.12, 0.25));
  const light = hsv(hue, random.range(0.3, 0.55), random.range(0.45, 0.65));
  fill(canvas, dark, light, (x, y) => smoothstep(0.3, 0.75, noise[y * width + x]!));
  pebbles(canvas, random, light);
}

function pebbles(canvas: Canvas, random: Random, colour: Colour): void {
  const { width, data } = canvas;
  for (let n = random.int(30, 90); n > 0; n--) {
    const [cx, cy] = [random.int(0, width - 1), random.int(0, canvas.height - 1)];
    const radius = random.range(1, 4);
    const tone = mix(colour, random.chance(0.5) ? [230, 220, 205] : [20, 15, 10], random.range(0.1, 0.6));
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(canvas.height - 1, cy + radius); y++) {
      for (let x = Math.max(0, Math.ceil(cx - radius)); x <= Math.min(width - 1, cx + radius); x++) {
        if (Math.hypot(x - cx, y - cy) <= radius) data.set(tone, (y * width + x) * 3);
      }
    }
  }
}

function grass(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const hue = random.range(75, 125);
  const blades = noiseField(random, width, height, random.range(4, 9), random.range(30, 70), 3);
  const patches = noiseField(random, width, height, 90, 90, 2);
  const dark = hsv(hue + 10, random.range(0.5, 0.8), random.range(0.15, 0.3));
  const light = hsv(hue - 12, random.range(0.45, 0.75), random.range(0.55, 0.8));
  fill(canvas, dark, light, (x, y) =>
    smoothstep(0.2, 0.8, blades[y * width + x]! * 0.65 + patches[y * width + x]! * 0.35),
  );
}

function stone(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const base = hsv(random.range(0, 360), random.range(0, 0.15), random.range(0.5, 0.95));
  const vein = mix(base, hsv(random.range(0, 360), 0.2, 0.3), random.range(0.4, 0.8));
  const warp = noiseField(random, width, height, 90, 90, 4);
  const along = direction(random);
  const period = random.range(50, 120);
  fill(canvas, base, vein, (x, y) => {
    const value = warp[y * width + x]!;
    return (1 - Math.abs(Math.sin(along(x, y) / period + value * 9))) ** 4 * 0.8 + value * 0.25;
  });
}

/** Out-of-focus lights or foliage. */
function bokeh(canvas: Canvas, random: Random): void {
  const hue = random.range(0, 360);
  const span = random.chance(0.5) ? 40 : 180;
  fill(
    canvas,
    hsv(hue, 0.5, random.range(0.2, 0.5)),
    hsv(hue, 0.4, random.range(0.4, 0.8)),
    (_, y) => y / canvas.height,
  );
  for (let n = random.int(8, 16); n > 0; n--) {
    const [cx, cy] = [random.range(0, canvas.width), random.range(0, canvas.height)];
    const radius = random.range(12, 60);
    const colour = hsv((hue + random.range(-span, span) + 360) % 360, random.range(0.2, 0.7), random.range(0.5, 1));
    const strength = random.range(0.25, 0.7);
    const edge = random.range(0.3, 0.85);
    overlay(canvas, colour, (x, y) => {
      const squared = (x - cx) * (x - cx) + (y - cy) * (y - cy);
      return squared > radius * radius ? 0 : strength * smoothstep(1, edge, Math.sqrt(squared) / radius);
    });
  }
}

function tiles(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const colour = surfaceColour(random, [0.55, 0.95]);
  const size = random.range(34, 90);
  const tones = Array.from({ length: 64 }, () => random.range(0, 0.3));
  const glaze = noiseField(random, width, height, 60, 60, 2);
  fill(canvas, colour, mix(colour, [70, 70, 75], 0.8), (x, y) => {
    const u = x / size;
    const v = y / size;
    const edge = Math.min(u - Math.floor(u), v - Math.floor(v));
    const tone = tones[(Math.floor(u) * 7 + Math.floor(v) * 13) % 64]!;
    return edge < 0.05 ? 0.85 : tone + glaze[y * width + x]! * 0.2;
  });
}

const PAINTERS: readonly Painter[] = [
  gradient,
  paper,
  stripes,
  wood,
  wood,
  gingham,
  soil,
  grass,
  stone,
  bokeh,
  bokeh,
  tiles,
];

/** Covers the canvas with one of the backgrounds: plain, paper, stripes, boards, checked cloth, soil, grass, stone, blurred lights, tiles. */
export function paintBackground(canvas: Canvas, random: Random): void {
  random.pick(PAINTERS)(canvas, random);
}
