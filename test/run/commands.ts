import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { ROOT } from '../harness/paths.ts';

/** Why a run was ended: the signal that this process got. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/**
 * Runs a Node script of this repository to its end, with its output shown.
 * @param args the script and its arguments
 * @param signal ends it
 * @returns its exit code; 128 + n where signal n ended it
 */
export function runScript(args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', reject);
    child.once('exit', (code, ended) => resolve(code ?? 128 + (ended ? constants.signals[ended] : 0)));
  });
}
