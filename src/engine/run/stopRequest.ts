import { existsSync, rmSync } from 'node:fs';
import { stopRequestPath } from '../experiments/experimentFiles.ts';

const CHECK_EVERY_MS = 250;

/** Aborts when `parent` does or when somebody asked this experiment to stop (see `requestStop`). */
export function watchStopRequest(
  workspace: string,
  id: string,
  parent: AbortSignal | undefined,
): { signal: AbortSignal } & Disposable {
  const file = stopRequestPath(workspace, id);
  const own = new AbortController();
  const timer = setInterval(() => {
    if (existsSync(file)) own.abort();
  }, CHECK_EVERY_MS);
  timer.unref();
  return {
    signal: parent ? AbortSignal.any([parent, own.signal]) : own.signal,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
  };
}
