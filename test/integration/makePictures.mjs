// Makes a small data set of class folders: node makePictures.mjs FOLDER. Discs, squares and bars on noise, 20 of each, and one file
// that is no picture. Run as a process of its own, since the tests' bundle holds no native modules.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const SIZE = 96;
const PER_CLASS = 20;
const SHAPES = {
  bar: (x, y, c) => `<rect x="${x - 40}" y="${y - 6}" width="80" height="12" fill="${c}"/>`,
  disc: (x, y, c) => `<circle cx="${x}" cy="${y}" r="24" fill="${c}"/>`,
  square: (x, y, c) =>
    `<rect x="${x - 22}" y="${y - 22}" width="44" height="44" fill="none" stroke="${c}" stroke-width="9"/>`,
};
const folder = process.argv[2];
for (const [name, shape] of Object.entries(SHAPES)) {
  mkdirSync(path.join(folder, name), { recursive: true });
  for (let i = 0; i < PER_CLASS; i++) {
    const drawing = shape(40 + ((i * 7) % 17), 40 + ((i * 5) % 17), `hsl(${(i * 67) % 360} 80% 55%)`);
    const ground = `hsl(${(i * 131) % 360} 30% ${15 + (i % 5) * 5}%)`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}"><rect width="100%" height="100%" fill="${ground}"/>${drawing}</svg>`;
    await sharp(Buffer.from(svg))
      .png()
      .toFile(path.join(folder, name, `${name} ${i}.png`));
  }
}
writeFileSync(path.join(folder, 'disc', 'no picture.jpg'), 'this is text');
