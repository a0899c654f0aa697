// Child processes of the preparation: run to their end, with signals passed on and npm found.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** The repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Something the user has to mend: its message is the whole output. */
export class PrepareError extends Error {
  /**
   * @param {string} message one sentence that says what to do
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program to its end and passes signals on to it.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code; 128 + n where signal n ended it
 */
export function runToEnd(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    // At a terminal Ctrl+C reaches the child by itself; sent on, it would arrive twice and read as "at once, without tidying".
    const atTerminal = process.stdin.isTTY;
    const pass = signal => {
      if (!(signal === 'SIGINT' && atTerminal)) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const s of signals) process.on(s, pass);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const s of signals) process.off(s, pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** A step of the preparation: silent stdout, no stdin. */
const QUIET = { cwd: root, stdio: ['ignore', 2, 2] };

/**
 * Runs a step and throws when it fails.
 * @param {string} what the step in words, for the message
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export async function step(what, command, args, options = {}) {
  console.error(`headway: ${what} …`);
  const code = await runToEnd(command, args, { ...QUIET, ...options });
  if (code !== 0)
    throw new PrepareError(`headway: ${what} failed with exit code ${code}; its own messages are above.`, code);
}

/**
 * Runs npm, without the install scripts of packages.
 * @param {string} what the step in words
 * @param {string[]} args
 * @param {{cwd?: string, node?: string, env?: NodeJS.ProcessEnv}} [options] node: the Node that npm shall run on
 */
export function npm(what, args, { cwd = root, node, env = {} } = {}) {
  // `npm run -s` hands its silence down, and NODE_ENV=production its omissions: neither is meant for the preparation.
  const kinds = args[0] === 'ci' ? ['--include=dev', '--include=optional'] : [];
  const all = [...args, ...kinds, '--no-audit', '--no-fund', '--loglevel=error'];
  const fullEnv = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ...env };
  if (node) fullEnv.PATH = `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`;
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.[cm]?js$/.test(cli))
    return step(what, node ?? process.execPath, [cli, ...all], { cwd, env: fullEnv });
  return step(what, 'npm', all, { cwd, env: fullEnv, shell: process.platform === 'win32' });
}
