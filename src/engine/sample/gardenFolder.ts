import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { errorCode, isMissing, isTemporaryName, writeJson } from '../files/atomic.ts';
import { readGardenTruth, TRUTH_FILE, type GardenMark, type GardenTruth } from './truth.ts';

export const IMAGES_FOLDER = 'images';
export const MANIFEST_FILE = 'manifest.csv';
export const README_FILE = 'README.md';
/** Stands in the folder while a Garden is being made, so that one cut off by a crash is known for what it is. */
const UNFINISHED_FILE = '.garden-unfinished.json';

/**
 * Looks at what is in the folder: a complete Garden (its truth), an unfinished one, or nothing. Hidden entries such as `.git` and `.headway`
 * do not count.
 * @throws HeadwayError `invalid` for anything else, `io` when the folder cannot be read.
 */
export async function inspectFolder(directory: string): Promise<GardenTruth | 'unfinished' | 'empty'> {
  const entries = await list(directory);
  if (entries.includes(UNFINISHED_FILE)) return 'unfinished';
  const visible = entries.filter(name => !name.startsWith('.'));
  if (visible.length === 0) return 'empty';
  try {
    if (visible.includes(TRUTH_FILE)) return await readGardenTruth(directory);
  } catch (error) {
    if (!(error instanceof HeadwayError) || error.code !== 'data') throw error;
  }
  throw new HeadwayError(
    'invalid',
    `${directory} is not empty and holds no Garden; choose a new or empty folder for the sample.`,
  );
}

/** Whether every image that a complete Garden had is still there. */
export async function hasAllImages(directory: string, truth: GardenTruth): Promise<boolean> {
  if (!(await list(directory)).includes(MANIFEST_FILE)) return false;
  const counts = await Promise.all(
    truth.classes.map(async name => (await list(path.join(directory, IMAGES_FOLDER, name))).filter(isOurImage).length),
  );
  return counts.reduce((a, b) => a + b, 0) === truth.images;
}

/** Removes an earlier Garden and marks the folder as one in the making. */
export async function openFolder(directory: string, mark: GardenMark): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new HeadwayError('io', `${directory} cannot be made: ${messageOf(cause)}; choose another folder.`, { cause });
  }
  await writeJson(path.join(directory, UNFINISHED_FILE), mark);
  await removeGarden(directory);
}

export async function closeFolder(directory: string): Promise<void> {
  await rm(path.join(directory, UNFINISHED_FILE), { force: true });
}

/** Takes back an unfinished Garden; folders that are empty then go too. */
export async function abandonFolder(directory: string): Promise<void> {
  await removeGarden(directory);
  await closeFolder(directory);
  await removeIfEmpty(directory);
}

/** Removes only what a Garden consists of, the truth file first. Other files in the folder stay. */
async function removeGarden(directory: string): Promise<void> {
  for (const name of [TRUTH_FILE, MANIFEST_FILE, README_FILE]) await rm(path.join(directory, name), { force: true });
  const images = path.join(directory, IMAGES_FOLDER);
  for (const name of await list(images)) {
    const folder = path.join(images, name);
    for (const file of await list(folder)) {
      if (isOurImage(file) || isTemporaryName(file)) await rm(path.join(folder, file), { force: true });
    }
    await removeIfEmpty(folder);
  }
  await removeIfEmpty(images);
}

const isOurImage = (name: string): boolean => /^\d{4}\.jpg$/.test(name);

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    // EEXIST on some systems; EBUSY and EPERM for a folder that another program stands in; ENOTDIR for a stray file.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (isMissing(cause) && errorCode(cause) === 'ENOENT') return [];
    throw new HeadwayError(
      'io',
      `${directory} cannot be read as a folder (${messageOf(cause)}); choose another folder.`,
      {
        cause,
      },
    );
  }
}
