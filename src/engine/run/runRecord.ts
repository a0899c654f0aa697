/** Keeps `experiment.json` of a running experiment up to date without writing more often than anyone can read it. */
import os from 'node:os';
import type { ExperimentFile, Progress } from '../../shared/experiment.ts';
import { writeExperiment } from '../experiments/experimentFiles.ts';

const HEARTBEAT_MS = 5_000;
const PROGRESS_MS = 300;

export class RunRecord implements AsyncDisposable {
  readonly #workspace: string;
  readonly #timer: NodeJS.Timeout;
  #file: ExperimentFile;
  #writing: Promise<void> = Promise.resolve();
  #lastWrite = 0;
  #ended = false;
  readonly #onError: (error: unknown) => void;

  constructor(workspace: string, file: ExperimentFile, onError: (error: unknown) => void) {
    this.#workspace = workspace;
    this.#file = file;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.#write().catch(onError), HEARTBEAT_MS);
    this.#timer.unref();
  }

  get file(): ExperimentFile {
    return this.#file;
  }

  /** Changes the record and writes it at once; rejects when it cannot be written. */
  async update(change: Partial<ExperimentFile>): Promise<void> {
    this.#file = { ...this.#file, ...change };
    await this.#write();
  }

  /** Writes now and then; a failed write is told to `onError` and does not stop the run. */
  progress(progress: Progress): void {
    if (this.#ended) return;
    this.#file = { ...this.#file, progress };
    if (performance.now() - this.#lastWrite >= PROGRESS_MS) void this.#write().catch(this.#onError);
  }

  /** The last word: removes what belongs to a running process. */
  async end(change: Partial<ExperimentFile> & Pick<ExperimentFile, 'status'>): Promise<ExperimentFile> {
    this.#ended = true;
    clearInterval(this.#timer);
    await this.#writing;
    const { process: _, progress: __, ...rest } = this.#file;
    this.#file = { ...rest, ...change, ended: new Date().toISOString() };
    await writeExperiment(this.#workspace, this.#file);
    return this.#file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  /** Writes one after the other; the newest state wins. */
  #write(): Promise<void> {
    this.#lastWrite = performance.now();
    const next = this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#file = {
          ...this.#file,
          process: { pid: process.pid, host: os.hostname(), heartbeat: new Date().toISOString() },
        };
        return writeExperiment(this.#workspace, this.#file);
      });
    this.#writing = next.catch(() => undefined);
    return next;
  }
}
