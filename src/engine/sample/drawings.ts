import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { renderSprite, type Sprite } from './sprites.ts';

/** One SVG of the folder of drawings: `<class>/<set>[.<variant>…].svg`. */
export interface Drawing {
  class: string;
  /** The emoji set without variants: drawings of one class and set belong together. */
  set: string;
  /** Relative to the folder of drawings, with `/`. */
  file: string;
}

/** The drawings that come with the package: `media/garden` in the nearest folder above this code (source or bundle) that has it. */
export function packagedDrawings(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = path.join(folder, 'media', 'garden');
    if (existsSync(candidate)) return candidate;
    const parent = path.dirname(folder);
    if (parent === folder) {
      throw new HeadwayError(
        'not-found',
        'The drawings of the sample (media/garden) are missing; install Headway again.',
      );
    }
    folder = parent;
  }
}

/** Every drawing in the folder, sorted by path. @throws HeadwayError `not-found` when there is none. */
export async function listDrawings(folder: string): Promise<Drawing[]> {
  const files = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new HeadwayError('not-found', `The drawings in ${folder} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const drawings = files.flatMap(file => {
    const match = /^([^/]+)\/([^/.]+)[^/]*\.svg$/.exec(file.replaceAll(path.sep, '/'));
    return match ? [{ class: match[1]!, set: match[2]!, file: match[0] }] : [];
  });
  if (drawings.length === 0)
    throw new HeadwayError('not-found', `There are no drawings (<class>/<set>.svg) in ${folder}.`);
  return drawings.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Renders drawings when they are first asked for and keeps them. */
export function spriteCache(folder: string): (drawing: Drawing) => Promise<Sprite> {
  const sprites = new Map<string, Promise<Sprite>>();
  return drawing => {
    const known = sprites.get(drawing.file);
    if (known) return known;
    const made = loadSprite(path.join(folder, drawing.file));
    sprites.set(drawing.file, made);
    return made;
  };
}

async function loadSprite(file: string): Promise<Sprite> {
  try {
    return await renderSprite(await readFile(file));
  } catch (cause) {
    throw new HeadwayError('io', `The drawing ${file} cannot be rendered: ${messageOf(cause)}`, { cause });
  }
}
