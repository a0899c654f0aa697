/** Starts a run in a process of its own, which goes on when this one ends (see lease.ts). */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { mainScript, nodeEnvironment } from '../entry.ts';
import { readExperiment, writeExperiment } from '../experiments/experimentFiles.ts';
import { experimentFolder } from '../files/workspace.ts';

export const leasePath = (cacheDirectory: string, workspace: string): string =>
  path.join(cacheDirectory, 'leases', createHash('sha256').update(workspace).digest('hex').slice(0, 16));

export interface RunPlace {
  workspace: string;
  id: string;
  cacheDirectory: string;
}

/** Output of the run's process goes to `run.log` in its folder. `onEnd` is told when the process is gone. */
export async function startRun({ workspace, id, cacheDirectory }: RunPlace, onEnd: () => void): Promise<void> {
  const log = openSync(path.join(experimentFolder(workspace, id), 'run.log'), 'a');
  try {
    const child = spawn(
      process.execPath,
      [
        mainScript(),
        'run',
        '--workspace',
        workspace,
        '--id',
        id,
        '--cache',
        cacheDirectory,
        '--lease',
        leasePath(cacheDirectory, workspace),
      ],
      { detached: true, stdio: ['ignore', log, log], env: nodeEnvironment(), windowsHide: true },
    );
    child.on('exit', () => {
      void markIfUnfinished(workspace, id).finally(onEnd);
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
  } catch (error) {
    const file = await readExperiment(workspace, id);
    const message = `The run could not be started: ${messageOf(error)}`;
    await writeExperiment(workspace, { ...file, status: 'failed', message });
    throw new HeadwayError('engine', message, { cause: error });
  } finally {
    closeSync(log);
  }
}

/** A process that died leaves an active status behind; readers see through it, and here it is written down. */
async function markIfUnfinished(workspace: string, id: string): Promise<void> {
  try {
    const file = await readExperiment(workspace, id);
    if (file.status === 'interrupted') await writeExperiment(workspace, file);
    if (file.status === 'queued')
      await writeExperiment(workspace, {
        ...file,
        status: 'failed',
        message: 'The run ended before it began; its output is in run.log beside experiment.json.',
      });
  } catch (error) {
    if (!(error instanceof HeadwayError && error.code === 'not-found')) throw error;
  }
}
