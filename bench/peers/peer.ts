/** A Python process with PyTorch and scikit-learn that answers one request at a time, in a virtual environment of its own. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = path.resolve(import.meta.dirname, '../..');
const environment = path.join(root, '.tools/bench-peers');
const requirements = path.join(import.meta.dirname, 'requirements.txt');
const windows = process.platform === 'win32';
const python = path.join(environment, windows ? 'Scripts/python.exe' : 'bin/python');

/** Makes the environment where it is missing or older than requirements.txt. Needs Python 3.11 or newer with venv, and PyPI. */
function prepare(note: (text: string) => void): void {
  const stamp = path.join(environment, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  note('Installing PyTorch and scikit-learn (several GB on Linux) ...');
  run(windows ? 'python' : 'python3', ['-m', 'venv', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stamp, wanted);
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`, { cause: error });
}

export class Peer implements Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string, undefined>;

  constructor(threads: number, note: (text: string) => void) {
    prepare(note);
    // Variables that pin a BLAS kernel would slow the peer down; it takes the best kernel of the processor, as we do.
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      OMP_NUM_THREADS: `${threads}`,
      OPENBLAS_NUM_THREADS: `${threads}`,
    };
    delete env['OPENBLAS_CORETYPE'];
    delete env['OPENBLAS_L2_SIZE'];
    this.#child = spawn(python, [path.join(import.meta.dirname, 'peer.py')], { env });
    this.#child.stderr.pipe(process.stderr);
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async ask<T>(op: string, request: Record<string, unknown>): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    const { value, done }: IteratorResult<string, undefined> = await this.#answers.next();
    if (done) throw new Error(`The peer ended at "${op}".`);
    return JSON.parse(value) as T;
  }

  [Symbol.dispose](): void {
    this.#child.stdin.end();
  }
}
