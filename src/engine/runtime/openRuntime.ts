import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { writeJson } from '../files/atomic.ts';
import { findRuntimeLibrary } from './libraryPath.ts';
import { probeNative } from './probe.ts';
import type { Runtime } from './runtime.ts';

export interface OpenRuntimeOptions {
  /** Folder that remembers the outcome of the self-check; made when absent. */
  cacheDirectory: string;
  /** Arguments to `process.execPath` that start `runProbe`, e.g. ['dist/engine/main.mjs', 'probe']. */
  probeCommand: readonly string[];
  /** Default 'native', with 'portable' where native does not work; 'portable' never tries native. */
  prefer?: Runtime['kind'];
  /** Check again, whatever was remembered. */
  recheck?: boolean;
}

export interface OpenedRuntime {
  runtime: Runtime;
  /** Why the native runtime does not serve, where it was wanted. */
  nativeProblem?: string;
}

interface Outcome {
  key: string;
  checkedAt: number;
  problem?: string;
}

const FILE_NAME = 'native-runtime.json';
/** A failure may have passing causes (a busy machine, a virus scanner): it is tried again after a day. */
const FAILURE_VALID_MS = 24 * 3600 * 1000;

/**
 * The runtime to compute with: native where a self-check in a process of its own has passed, else portable.
 * Throws RuntimeError where neither can be loaded, HeadwayError('io') where the cache directory cannot be written.
 */
export async function openRuntime(options: OpenRuntimeOptions): Promise<OpenedRuntime> {
  const { createPortableRuntime } = await import('./portable.ts');
  if (options.prefer === 'portable') return { runtime: await createPortableRuntime() };
  let nativeProblem = await checkNative(options);
  if (nativeProblem === undefined) {
    try {
      const { createNativeRuntime } = await import('./native.ts');
      return { runtime: createNativeRuntime() };
    } catch (error) {
      nativeProblem = messageOf(error);
    }
  }
  return { runtime: await createPortableRuntime(), nativeProblem };
}

async function checkNative({ cacheDirectory, probeCommand, recheck }: OpenRuntimeOptions): Promise<string | undefined> {
  let key: string;
  try {
    key = describeInstallation();
  } catch (error) {
    return messageOf(error);
  }
  const file = path.join(cacheDirectory, FILE_NAME);
  const known = recheck ? undefined : await readOutcome(file);
  if (known?.key === key && (known.problem === undefined || Date.now() - known.checkedAt < FAILURE_VALID_MS))
    return known.problem;
  const problem = await probeNative(probeCommand);
  await writeJson(file, { key, checkedAt: Date.now(), ...(problem !== undefined && { problem }) });
  return problem;
}

/** All that the outcome depends on. Throws where a part is missing. */
function describeInstallation(): string {
  const library = findRuntimeLibrary();
  const koffi = createRequire(import.meta.url).resolve('koffi');
  return [
    `onnxruntime-node ${library.version}`,
    `${process.platform}-${process.arch}`,
    `node ${process.versions.node}`,
    ...[library.path, koffi].map(file => String(statSync(file).mtimeMs)),
  ].join(' ');
}

async function readOutcome(file: string): Promise<Outcome | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Outcome;
  } catch {
    return undefined; // Absent or damaged: the check runs again.
  }
}
