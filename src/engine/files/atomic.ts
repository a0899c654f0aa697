import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadwayError, messageOf } from '../../shared/errors.ts';

/** Names of files that are being written. Nothing ever reads one: a leftover from a crash is only rubbish. */
export const isTemporaryName = (name: string): boolean => name.startsWith('.') && name.endsWith('.tmp');

/**
 * Replaces the file as a whole: readers see the old content or the new one, also after a crash at any moment.
 * Missing folders are made. Throws HeadwayError('io') that names the file.
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOver(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new HeadwayError('io', `${file} could not be written: ${messageOf(error)}`, { cause: error });
  }
}

/** `value` as indented JSON with a final newline, written atomically. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Throws HeadwayError: `not-found` without the file, `data` when it is not JSON, `io` when it cannot be read. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HeadwayError('data', `${file} is not valid JSON (${messageOf(error)}); mend or delete it.`, {
      cause: error,
    });
  }
}

/** The file as UTF-8 text. Throws HeadwayError: `not-found` without the file, `io` when it cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) throw new HeadwayError('not-found', `${file} does not exist.`, { cause: error });
    throw new HeadwayError('io', `${file} could not be read: ${messageOf(error)}`, { cause: error });
  }
}

export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** On Windows a rename fails while another process has the target open for a moment (reader, virus scanner): try again. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const code = errorCode(error);
      const passing = process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES' || code === 'EBUSY');
      if (!passing || attempt === 10) throw error;
      await delay(20 * attempt);
    }
  }
}

/** Makes the rename itself durable. Windows cannot open folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems refuse to sync a folder.
    if (errorCode(error) !== 'EINVAL' && errorCode(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}
