import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { packageRoot } from '../entry.ts';

export const mediaFolder = (): string => path.join(packageRoot(), 'media', 'backbones');

/** A file of the installation. Throws HeadwayError('engine'). */
export async function readMedia(name: string): Promise<Buffer> {
  const file = path.join(mediaFolder(), name);
  try {
    return await readFile(file);
  } catch (error) {
    throw new HeadwayError('engine', `${file} cannot be read (${messageOf(error)}); install Headway again.`, {
      cause: error,
    });
  }
}

export const readMediaJson = async (name: string): Promise<unknown> =>
  JSON.parse((await readMedia(name)).toString('utf8'));
