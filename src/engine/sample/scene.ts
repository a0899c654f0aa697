import sharp from 'sharp';
import { paintBackground } from './backgrounds.ts';
import { createCanvas, smoothstep, type Canvas } from './canvas.ts';
import { randomLook } from './looks.ts';
import { paintOccluder } from './occluders.ts';
import { Random } from './random.ts';
import { stamp, stampShadow, type Placement, type Sprite } from './sprites.ts';

export interface SceneSources {
  /** What the picture shows. */
  subject: Sprite;
  /** A drawing of another class that may look in from outside the frame. */
  neighbour: Sprite;
}

/** What the parts of one picture have in common. */
interface Mood {
  /** Where the light comes from, radians; shadows fall the other way. */
  light: number;
  /** Opacity of shadows, 0..1. */
  shadow: number;
  /** 0..1: how far size, turn, colour, cover, blur and exposure may stray. Most pictures are easy, some are hard. */
  hardness: number;
}

/** Makes one picture as JPEG bytes. The same seed, drawings and version of sharp give the same bytes. */
export async function renderScene(seed: string, sources: SceneSources): Promise<Buffer> {
  const random = new Random(seed);
  const canvas = randomCanvas(random);
  const hardness = random.next() ** HARDNESS_POWER;
  const mood = { light: random.range(-Math.PI, 0), shadow: random.range(0.15, 0.6), hardness };
  paintBackground(canvas, random);
  if (random.chance(0.5)) await blur(canvas, random.range(1, 5));
  if (random.chance(0.5 * hardness)) paintNeighbour(canvas, random, sources.neighbour, mood);
  const subjects = random.chance(0.12) ? placeSeveral(canvas, random, mood) : [placeOne(canvas, random, mood)];
  for (const place of subjects) paintObject(canvas, random, sources.subject, place, mood);
  if (random.chance(0.12 + 0.6 * hardness)) coverPartly(canvas, random, subjects, mood);
  if (random.chance(0.08 + 0.5 * hardness)) await blur(canvas, random.range(0.6, 1 + 1.4 * hardness));
  expose(canvas, random, mood);
  const { width, height, data } = canvas;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: random.int(50, 93) })
    .toBuffer();
}

const HARDNESS_POWER = 4;

function randomCanvas(random: Random): Canvas {
  const long = random.int(280, 320);
  const short = random.int(256, 280);
  return random.chance(0.5) ? createCanvas(long, short) : createCanvas(short, long);
}

async function blur(canvas: Canvas, sigma: number): Promise<void> {
  const { width, height, data } = canvas;
  data.set(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .blur(sigma)
      .raw()
      .toBuffer(),
  );
}

function randomPlacement(random: Random, x: number, y: number, size: number, mood: Mood): Placement {
  // Mostly nearly upright, at times any way round.
  const turn = random.chance(0.6 * mood.hardness) ? Math.PI : 0.12 + 0.58 * mood.hardness;
  const squeeze = 1 + random.range(-0.18, 0.14) * mood.hardness;
  return { x, y, size, angle: random.range(-turn, turn), squeeze, mirrored: random.chance(0.5) };
}

/** One object. Easy ones are large and near the centre; of hard ones a third may lie outside the frame. */
function placeOne(canvas: Canvas, random: Random, mood: Mood): Placement {
  const { width, height } = canvas;
  const size = Math.min(width, height) * (random.range(0.74, 0.98) - mood.hardness * random.range(0, 0.45));
  const stray = 0.35 + 0.65 * mood.hardness;
  const x = width / 2 + random.range(-0.5, 0.5) * (width - size * 0.7) * stray;
  const y = height / 2 + random.range(-0.5, 0.5) * (height - size * 0.7) * stray;
  return randomPlacement(random, x, y, size, mood);
}

/** Two to five of the same, side by side around a common centre. */
function placeSeveral(canvas: Canvas, random: Random, mood: Mood): Placement[] {
  const count = random.int(2, 5);
  const short = Math.min(canvas.width, canvas.height);
  const size = short * random.range(0.4, 0.52);
  const start = random.range(0, Math.PI * 2);
  const [x, y] = [canvas.width * random.range(0.42, 0.58), canvas.height * random.range(0.42, 0.58)];
  return Array.from({ length: count }, (_, i) => {
    const angle = start + (i / count) * Math.PI * 2 + random.range(-0.25, 0.25);
    const reach = size * random.range(0.45, 0.6) * (1 + count * 0.08);
    const own = size * random.range(0.85, 1.15);
    return randomPlacement(random, x + Math.cos(angle) * reach, y + Math.sin(angle) * reach, own, mood);
  }).sort((a, b) => a.y - b.y);
}

/** The neighbour's centre lies on the rim of the frame, so that at least half of it is cut off. */
function paintNeighbour(canvas: Canvas, random: Random, sprite: Sprite, mood: Mood): void {
  const size = Math.min(canvas.width, canvas.height) * random.range(0.35, 0.6);
  const along = random.next();
  const upright = random.chance(0.5);
  const far = random.chance(0.5);
  const x = upright ? (far ? canvas.width + size * 0.12 : -size * 0.12) : along * canvas.width;
  const y = upright ? along * canvas.height : far ? canvas.height + size * 0.12 : -size * 0.12;
  paintObject(canvas, random, sprite, randomPlacement(random, x, y, size, mood), mood);
}

function paintObject(canvas: Canvas, random: Random, sprite: Sprite, place: Placement, mood: Mood): void {
  const distance = place.size * random.range(0.03, 0.1);
  const shifted = {
    ...place,
    x: place.x - Math.cos(mood.light) * distance,
    y: place.y - Math.sin(mood.light) * distance,
  };
  stampShadow(canvas, sprite, shifted, mood.shadow);
  // The light turns with the page, not with the object.
  stamp(canvas, sprite, place, randomLook(random, mood.light - place.angle, mood.hardness));
}

/** Covers the rim of one of the objects, or of two. */
function coverPartly(canvas: Canvas, random: Random, subjects: readonly Placement[], mood: Mood): void {
  for (let n = random.chance(0.5 * mood.hardness) ? 2 : 1; n > 0; n--) {
    const { x, y, size } = random.pick(subjects);
    const angle = random.range(0, Math.PI * 2);
    const reach = size * random.range(0.5 - 0.25 * mood.hardness, 0.52);
    const [cx, cy] = [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach];
    paintOccluder(canvas, random, cx, cy, size * random.range(0.45, 0.75));
  }
}

/** The camera: exposure, white balance, falling off of light to the corners, and grain. */
function expose(canvas: Canvas, random: Random, mood: Mood): void {
  const { width, height, data } = canvas;
  const exposure = 1.04 + random.range(-0.36, 0.1) * (0.1 + 0.9 * mood.hardness);
  const warmth = random.range(-0.12, 0.12) * (0.2 + 0.8 * mood.hardness);
  const gain = [exposure * (1 + warmth), exposure, exposure * (1 - warmth)] as const;
  const corner = random.chance(0.5) ? random.range(0.1, 0.4) : 0;
  const [x0, y0] = [width * random.range(0.35, 0.65), height * random.range(0.35, 0.65)];
  const reach = Math.hypot(width, height) * 0.6;
  const grain = random.chance(0.4) ? random.range(3, 6 + 18 * mood.hardness) : random.range(0, 3);
  let state = random.int(1, 0x7fffffff);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fall = corner === 0 ? 1 : 1 - corner * smoothstep(0.3, 1.1, Math.hypot(x - x0, y - y0) / reach);
      for (let c = 0; c < 3; c++, i++) {
        // A linear congruential generator is random enough for grain, and a pixel needs three.
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        data[i] = data[i]! * gain[c]! * fall + (state / 2147483648) * grain;
      }
    }
  }
}
