/** What the command line prints: JSON or text on stdout, progress and remarks on stderr. */
import { SingleBar } from 'cli-progress';
import { duration } from '../../shared/format.ts';
import type { Progress } from '../../shared/experiment.ts';

export interface TerminalOptions {
  json: boolean;
  quiet: boolean;
}

const PHASES: Record<Progress['phase'], string> = {
  scan: 'Reading images',
  features: 'Computing features',
  training: 'Training',
  evaluating: 'Evaluating',
  sample: 'Drawing the sample',
  download: 'Downloading (MB)',
};

/** Off a terminal, a line of progress at most this often, and none for what is over sooner than this. */
const LINE_EVERY_MS = 5_000;
const FIRST_LINE_MS = 2_000;

export class Terminal {
  readonly json: boolean;
  readonly #quiet: boolean;
  #bar: SingleBar | undefined;
  #phase: Progress['phase'] | undefined;
  #lastLine = 0;

  constructor({ json, quiet }: TerminalOptions) {
    this.json = json;
    this.#quiet = quiet;
  }

  /** The command's result: `document` with `--json`, else `text`. */
  result(document: unknown, text: string): void {
    this.endProgress();
    process.stdout.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
  }

  /** A remark for people; stays out of stdout when that carries JSON. */
  say(line: string): void {
    this.endProgress();
    if (this.#quiet) return;
    (this.json ? process.stderr : process.stdout).write(`${line}\n`);
  }

  warn(line: string): void {
    this.endProgress();
    process.stderr.write(`${line}\n`);
  }

  readonly progress = (p: Progress, note = ''): void => {
    if (this.#quiet || p.total === 0) return;
    if (process.stderr.isTTY) this.#draw(p, note);
    else this.#line(p, note);
  };

  endProgress(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#phase = undefined;
  }

  #draw(p: Progress, note: string): void {
    if (p.phase !== this.#phase) {
      this.endProgress();
      this.#phase = p.phase;
      this.#bar = new SingleBar({
        format: '{phase} [{bar}] {value}/{total} {rate} {left} {note}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        hideCursor: true,
        clearOnComplete: true,
        stream: process.stderr,
      });
      this.#bar.start(p.total, 0, { phase: PHASES[p.phase], rate: '', left: '', note: '' });
    }
    this.#bar?.setTotal(p.total);
    this.#bar?.update(p.done, {
      rate: p.rate === undefined ? '' : `${p.rate.toFixed(p.rate < 10 ? 1 : 0)}/s`,
      left: p.secondsLeft === undefined ? '' : `${duration(p.secondsLeft)} left`,
      note,
    });
  }

  #line(p: Progress, note: string): void {
    const now = performance.now();
    if (p.phase !== this.#phase) {
      this.#phase = p.phase;
      this.#lastLine = now - LINE_EVERY_MS + FIRST_LINE_MS;
    }
    if (now - this.#lastLine < LINE_EVERY_MS) return;
    this.#lastLine = now;
    const rate = p.rate === undefined ? '' : `, ${p.rate.toFixed(1)}/s`;
    const left = p.secondsLeft === undefined ? '' : `, ${duration(p.secondsLeft)} left`;
    process.stderr.write(`${PHASES[p.phase]}: ${p.done} of ${p.total}${rate}${left}${note ? ` ${note}` : ''}\n`);
  }
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths = header.map((h, c) => Math.max(h.length, ...rows.map(r => r[c]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => (right.has(c) ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map(w => '─'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}
