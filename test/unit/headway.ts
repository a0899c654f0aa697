/** Starts the engine's program from source, as the bundle starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

export const MAIN = path.resolve(import.meta.dirname, '../../src/engine/main.ts');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `headway ARGS` with a cache of its own. `onStart` gets the process, to be killed for example. */
export function headway(
  args: string[],
  { cache, cwd, onStart }: { cache: string; cwd?: string; onStart?: (child: ChildProcess) => void },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { ...process.env, HEADWAY_CACHE: cache, NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', code => resolve({ code, stdout, stderr }));
    onStart?.(child);
  });
}

/** Asks again until `probe` gives something; fails after `seconds`. */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  what: string,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
