import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { ROOT } from '../harness/paths.ts';
import { CLASSES, random } from './page/sampleRun.ts';

const PER_CLASS = 5;
const SIDE = 224;

/** Base64 WebP pictures by class: the sample data set's drawings on plain backgrounds, turned and scaled. The same at every call. */
export async function makePictures(): Promise<Record<string, string[]>> {
  const next = random(11);
  const folders = readdirSync(path.join(ROOT, 'media/garden'), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== 'licenses')
    .map(entry => entry.name);
  const pictures: Record<string, string[]> = {};
  for (const name of CLASSES) {
    const wished = name.split('-')[0]!.toLowerCase();
    const folder = path.join(
      ROOT,
      'media/garden',
      folders.includes(wished) ? wished : folders[CLASSES.indexOf(name) % folders.length]!,
    );
    const drawings = readdirSync(folder).filter(file => file.endsWith('.svg'));
    const list: string[] = [];
    for (let i = 0; i < PER_CLASS; i++) {
      const side = Math.round(SIDE * (0.5 + 0.25 * next()));
      const hue = Math.floor(next() * 360);
      const drawing = await sharp(path.join(folder, drawings[Math.floor(next() * drawings.length)]!))
        .resize(side, side, { fit: 'contain', background: 'transparent' })
        .rotate(Math.round(next() * 60 - 30), { background: 'transparent' })
        .toBuffer();
      const height = next() < 0.5 ? SIDE : Math.round(SIDE * 0.75);
      const ground = Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><defs><linearGradient id="g" y2="1"><stop stop-color="hsl(${hue} 30% 72%)"/><stop offset="1" stop-color="hsl(${hue + 40} 35% 45%)"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`,
      );
      const composed = await sharp(ground)
        .composite([{ input: drawing }])
        .png()
        .toBuffer();
      const picture = await sharp(composed).resize(SIDE, height, { fit: 'cover' }).webp({ quality: 80 }).toBuffer();
      list.push(picture.toString('base64'));
    }
    pictures[name] = list;
  }
  return pictures;
}
