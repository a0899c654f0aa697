import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../../src/engine/train/random.ts';

const COLOURS: Record<string, [number, number, number]> = {
  lemon: [240, 220, 60],
  lime: [90, 180, 60],
  plum: [110, 40, 110],
};

/** Class folders of small pictures: a coloured disc on a noisy background. Easy to tell apart, quick to read. */
export async function makeClassFolders(folder: string, perClass = 16): Promise<void> {
  const random = createRandom(3, 'discs');
  for (const [name, colour] of Object.entries(COLOURS)) {
    mkdirSync(path.join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const size = 96;
      const [cx, cy, r] = [30 + random.int(36), 30 + random.int(36), 16 + random.int(14)];
      const pixels = Buffer.alloc(size * size * 3);
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++)
          for (let c = 0; c < 3; c++) {
            const inside = (x - cx) ** 2 + (y - cy) ** 2 < r * r;
            pixels[(y * size + x) * 3 + c] = inside ? Math.min(255, colour[c]! + random.int(20)) : 100 + random.int(80);
          }
      await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
        .jpeg({ quality: 90 })
        .toFile(path.join(folder, name, `${name} ${i}.jpg`));
    }
  }
}
