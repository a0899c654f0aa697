/** The experiments of a workspace as files: create, read, list, name, delete. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HeadwayError } from '../../shared/errors.ts';
import {
  DEFAULT_CONFIG,
  isActive,
  type ExperimentFile,
  type ExperimentSummary,
  type TrainConfig,
} from '../../shared/experiment.ts';
import { experimentName } from '../../shared/experimentName.ts';
import { isMissing, readJson, writeJson } from '../files/atomic.ts';
import { experimentFolder, experimentPath, experimentsFolder } from '../files/workspace.ts';
import { readHistory } from './historyFile.ts';
import { readMetrics } from './metricsFile.ts';

/** A run whose heartbeat is older than this is no longer running, whatever its process id says. */
const HEARTBEAT_LIMIT_MS = 60_000;

/** Sortable by time and readable: `20261124-061530-512-64-3f9a`. */
export function createExperimentId(now: Date, head: string, random: string): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${head}-${random}`;
}

/** Writes a queued experiment and returns it. */
export async function createExperiment(workspace: string, config: TrainConfig, name?: string): Promise<ExperimentFile> {
  const now = new Date();
  const id = createExperimentId(now, config.head, randomBytes(2).toString('hex'));
  const file: ExperimentFile = {
    schema: 1,
    id,
    name: name ?? experimentName(config),
    config,
    status: 'queued',
    created: now.toISOString(),
  };
  await mkdir(experimentFolder(workspace, id), { recursive: true });
  await writeExperiment(workspace, file);
  return file;
}

export const writeExperiment = (workspace: string, file: ExperimentFile): Promise<void> =>
  writeJson(experimentPath(workspace, file.id, 'experiment.json'), file);

/** Makes an experiment that has ended ready to run again; its checkpoint, if any, is kept. Throws HeadwayError('invalid') while it runs. */
export async function queueAgain(workspace: string, file: ExperimentFile): Promise<ExperimentFile> {
  if (isActive(file.status))
    throw new HeadwayError('invalid', `"${file.name}" is running; there is nothing to resume.`);
  if (file.status === 'done')
    throw new HeadwayError('invalid', `"${file.name}" ran to its end; train a new experiment instead.`);
  const { message: _, ended: __, ...rest } = file;
  const queued: ExperimentFile = { ...rest, status: 'queued' };
  await endPause(workspace, file.id);
  await rm(stopRequestPath(workspace, file.id), { force: true });
  await writeExperiment(workspace, queued);
  return queued;
}

/** Throws HeadwayError `not-found` or `data`. A run whose process is gone reads as `interrupted`. */
export async function readExperiment(workspace: string, id: string): Promise<ExperimentFile> {
  const where = experimentPath(workspace, id, 'experiment.json');
  const file = (await readJson(where)) as ExperimentFile;
  if (typeof file !== 'object' || typeof file.status !== 'string' || typeof file.config !== 'object')
    throw new HeadwayError('data', `${where} is not an experiment of Headway; mend or delete it.`);
  const schema: number = file.schema;
  if (schema > 1)
    throw new HeadwayError('data', `${where} was written by a newer Headway; update this one to read it.`);
  return withLiveStatus(completed(file), new Date(), isProcessAlive);
}

/** Settings that an older version did not have yet take the values that it used. */
const completed = (file: ExperimentFile): ExperimentFile => ({
  ...file,
  config: { ...DEFAULT_CONFIG, ...file.config },
});

/** Pure part of the crash check. `alive` answers for a process of this machine. */
export function withLiveStatus(file: ExperimentFile, now: Date, alive: (pid: number) => boolean): ExperimentFile {
  if (!isActive(file.status)) return file;
  const last = Date.parse(file.process?.heartbeat ?? file.created);
  const fresh = now.getTime() - last < HEARTBEAT_LIMIT_MS;
  const here = file.process?.host === os.hostname();
  const running = file.process ? fresh && (!here || alive(file.process.pid)) : fresh;
  if (running) return file;
  const { process: _, progress: __, ...rest } = file;
  return {
    ...rest,
    status: 'interrupted',
    message:
      'The run ended without finishing, for example because its process or the machine was stopped. Resume it to go on where it was, or train again.',
  };
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export async function summarize(workspace: string, id: string): Promise<ExperimentSummary> {
  const file = await readExperiment(workspace, id);
  const metrics = await readMetrics(experimentPath(workspace, id, 'metrics.json'));
  const lastEpoch = (await readHistory(experimentPath(workspace, id, 'history.csv'))).at(-1);
  return { file, metrics, ...(lastEpoch && { lastEpoch }) };
}

/** Newest first. Folders without a readable `experiment.json` are left out and named in `problems`. */
export async function listExperiments(
  workspace: string,
): Promise<{ experiments: ExperimentSummary[]; problems: string[] }> {
  const experiments: ExperimentSummary[] = [];
  const problems: string[] = [];
  for (const id of await experimentIds(workspace)) {
    try {
      experiments.push(await summarize(workspace, id));
    } catch (error) {
      // A folder that is just being made or deleted has no experiment.json; anything else is worth a line.
      if (!(error instanceof HeadwayError)) throw error;
      if (error.code !== 'not-found') problems.push(error.message);
    }
  }
  experiments.sort((a, b) => b.file.created.localeCompare(a.file.created));
  return { experiments, problems };
}

async function experimentIds(workspace: string): Promise<string[]> {
  try {
    const entries = await readdir(experimentsFolder(workspace), { withFileTypes: true });
    return entries.filter(e => e.isDirectory() && !e.name.startsWith('.')).map(e => e.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new HeadwayError('io', `${experimentsFolder(workspace)} cannot be read.`, { cause: error });
  }
}

/** `last`, or any prefix or part of an id that only one experiment has. Throws HeadwayError `not-found` or `invalid`. */
export async function resolveExperimentId(workspace: string, text: string): Promise<string> {
  const ids = await experimentIds(workspace);
  if (text === 'last') {
    const newest = (await listExperiments(workspace)).experiments[0];
    if (!newest) throw new HeadwayError('not-found', `There is no experiment in ${workspace}; train one first.`);
    return newest.file.id;
  }
  if (ids.includes(text)) return text;
  const byPrefix = ids.filter(id => id.startsWith(text));
  const matching = byPrefix.length > 0 ? byPrefix : ids.filter(id => id.includes(text));
  if (matching.length === 1) return matching[0]!;
  if (matching.length === 0)
    throw new HeadwayError('not-found', `No experiment "${text}" in ${workspace}; \`headway experiments\` lists them.`);
  throw new HeadwayError('invalid', `"${text}" stands for ${matching.length} experiments; give more of the id.`);
}

/** A file in the experiment's folder whose existence asks the run to stop; works on every system and for every starter. */
export const stopRequestPath = (workspace: string, id: string): string =>
  path.join(experimentFolder(workspace, id), 'stop');

export const requestStop = (workspace: string, id: string): Promise<void> =>
  writeFile(stopRequestPath(workspace, id), '');

/** As long as this file exists, the run waits between two epochs. */
export const pauseRequestPath = (workspace: string, id: string): string =>
  path.join(experimentFolder(workspace, id), 'pause');

export const requestPause = (workspace: string, id: string): Promise<void> =>
  writeFile(pauseRequestPath(workspace, id), '');

export const endPause = (workspace: string, id: string): Promise<void> =>
  rm(pauseRequestPath(workspace, id), { force: true });

/** Asks a running experiment to stop first. Throws HeadwayError('not-found'). */
export async function deleteExperiment(workspace: string, id: string): Promise<void> {
  const file = await readExperiment(workspace, id);
  if (isActive(file.status))
    throw new HeadwayError('invalid', `"${file.name}" is still running; stop it before deleting it.`);
  await rm(experimentFolder(workspace, id), { recursive: true, force: true });
}
