import { execFile } from 'node:child_process';
import { messageOf } from '../../shared/errors.ts';

const TIME_LIMIT_MS = 20_000;

/** The one line a probe prints. */
type ProbeLine = { ok: true } | { ok: false; problem: string };

/**
 * What the probe process does: runs the self-check on the native runtime and prints the outcome as one line of JSON.
 * The engine's entry calls it for the word `probe`.
 */
export async function runProbe(): Promise<void> {
  let line: ProbeLine;
  try {
    const [{ createNativeRuntime }, { selfCheck }] = await Promise.all([
      import('./native.ts'),
      import('./selfCheck.ts'),
    ]);
    await using runtime = createNativeRuntime();
    await selfCheck(runtime);
    line = { ok: true };
  } catch (error) {
    line = { ok: false, problem: messageOf(error) };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * Tries the native runtime in a process of its own, where a crash or a hang does no harm.
 * @param command arguments to `process.execPath` that start `runProbe`
 * @param timeLimit milliseconds after which the process is ended
 * @returns undefined where it works, else the reason in one line
 */
export function probeNative(command: readonly string[], timeLimit = TIME_LIMIT_MS): Promise<string | undefined> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      command,
      {
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
        timeout: timeLimit,
        killSignal: 'SIGKILL',
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        const line = parseLine(stdout);
        // A line counts even when the end of the process went wrong: all handles were released before it.
        if (line?.ok) resolve(undefined);
        else if (line) resolve(line.problem);
        else if (error?.killed) resolve(`The check did not end within ${timeLimit / 1000} seconds.`);
        else if (error?.signal) resolve(`The check was ended by ${error.signal}. ${lastLine(stderr)}`.trim());
        else resolve(`The check ended with code ${error?.code ?? 0}. ${lastLine(stderr)}`.trim());
      },
    );
  });
}

function parseLine(stdout: string): ProbeLine | undefined {
  for (const text of stdout.trim().split('\n').reverse()) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && 'ok' in value) return value as ProbeLine;
    } catch {
      continue; // Something else that was written to stdout.
    }
  }
  return undefined;
}

function lastLine(stderr: string): string {
  return stderr.trim().split('\n').at(-1) ?? '';
}
