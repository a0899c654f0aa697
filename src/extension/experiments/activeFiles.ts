import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isActive, type ExperimentFile } from '../../shared/experiment.ts';
import { STORE } from '../workspaceRoot.ts';

/** Whether some experiment says of itself that it runs: a cheap look at the files that decides whether the engine is worth starting. */
export async function hasActiveRun(root: string): Promise<boolean> {
  const folder = path.join(root, STORE, 'experiments');
  // What cannot be read is the engine's to report, once it runs.
  const ids = await readdir(folder).catch(() => []);
  for (const id of ids) {
    const text = await readFile(path.join(folder, id, 'experiment.json'), 'utf8').catch(() => '');
    if (saysActive(text)) return true;
  }
  return false;
}

export function saysActive(text: string): boolean {
  try {
    const file = JSON.parse(text) as Partial<ExperimentFile> | null;
    return file?.status !== undefined && isActive(file.status);
  } catch {
    return false;
  }
}
