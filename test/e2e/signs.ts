import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const SHAPES = {
  bar: '<rect x="8" y="40" width="80" height="14"/>',
  disc: '<circle cx="48" cy="48" r="30"/>',
  square: '<path d="M20 20h56v56h-56z" fill="none" stroke="currentColor" stroke-width="10"/>',
};
const COUNTS = { train: 16, val: 8, test: 8 };
/** Squares that lie in test/disc: what a good head gets wrong. */
export const MISLABELLED = 3;

/** Writes a small dataset "signs" with a given split: 3 classes, 96 images, and `MISLABELLED` more. */
export async function writeSigns(workspace: string): Promise<void> {
  for (const [split, count] of Object.entries(COUNTS))
    for (const [name, shape] of Object.entries(SHAPES))
      for (let i = 0; i < count; i++)
        await draw(path.join(workspace, 'signs', split, name, `${name} ${i}.png`), shape, i);
  for (let i = 0; i < MISLABELLED; i++)
    await draw(path.join(workspace, 'signs/test/disc', `really a square ${i}.png`), SHAPES.square, 20 + i);
}

async function draw(file: string, shape: string, i: number): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  const colour = `hsl(${(i * 67) % 360} 80% 60%)`;
  const ground = `hsl(${(i * 131) % 360} 30% ${12 + (i % 5) * 4}%)`;
  const place = `rotate(${((i * 37) % 30) - 15} 48 48) translate(${((i * 7) % 11) - 5} ${((i * 5) % 11) - 5})`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="100%" height="100%" fill="${ground}"/><g fill="${colour}" color="${colour}" transform="${place}">${shape}</g></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(file);
}
