/** The process of one training run: `main.mjs run --workspace W --id ID --cache DIR [--lease FILE]`. */
import { parseArgs } from 'node:util';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { openEngine } from '../engine.ts';
import { readExperiment } from '../experiments/experimentFiles.ts';
import { executeExperiment } from './execute.ts';
import { watchLease } from './lease.ts';

/** Resolves to the exit code. What it prints is the run's log. */
export async function runWorker(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      workspace: { type: 'string' },
      id: { type: 'string' },
      cache: { type: 'string' },
      lease: { type: 'string' },
    },
  });
  const { workspace, id, cache, lease } = values;
  if (workspace === undefined || id === undefined || cache === undefined)
    throw new Error('run: --workspace, --id and --cache are needed');
  const log = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  const stop = new AbortController();
  let why = 'Stopped.';
  const onSignal = () => stop.abort();
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  using _watch =
    lease === undefined
      ? undefined
      : watchLease(lease, () => {
          why = 'Stopped because the editor was closed.';
          log(why);
          stop.abort();
        });
  await using engine = openEngine(cache, log);
  try {
    const file = await executeExperiment(engine, workspace, await readExperiment(workspace, id), {
      stop: stop.signal,
      stopReason: () => why,
      log,
    });
    return file.status === 'done' || file.status === 'stopped' ? 0 : 1;
  } catch (error) {
    log(
      error instanceof HeadwayError
        ? messageOf(error)
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
    );
    return 1;
  }
}
