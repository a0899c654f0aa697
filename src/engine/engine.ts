/** What every entry point (service, run, command line) shares: the cache and, opened at first use, the runtime. */
import { openRuntime } from './runtime/openRuntime.ts';
import type { Runtime } from './runtime/runtime.ts';
import { openStore, type Store } from './store/store.ts';
import { probeCommand } from './entry.ts';

export interface Engine extends AsyncDisposable {
  readonly cacheDirectory: string;
  readonly store: Store;
  /** Opens ONNX Runtime once; the first time on a machine a probe process tries it. */
  runtime(): Promise<Runtime>;
  /** Why the native runtime does not serve, once `runtime` was called. */
  readonly nativeProblem: string | undefined;
}

/** `onMessage` hears remarks for the log (a damaged cache moved aside, the portable runtime chosen). */
export function openEngine(cacheDirectory: string, onMessage: (message: string) => void): Engine {
  const store = openStore(cacheDirectory, onMessage);
  let opening: ReturnType<typeof openRuntime> | undefined;
  let nativeProblem: string | undefined;
  return {
    cacheDirectory,
    store,
    get nativeProblem() {
      return nativeProblem;
    },
    async runtime() {
      opening ??= openRuntime({ cacheDirectory, probeCommand: probeCommand() });
      const opened = await opening;
      if (opened.nativeProblem !== undefined && nativeProblem === undefined) {
        nativeProblem = opened.nativeProblem;
        onMessage(`The native runtime does not serve: ${nativeProblem}`);
      }
      return opened.runtime;
    },
    async [Symbol.asyncDispose]() {
      if (opening) await (await opening).runtime[Symbol.asyncDispose]();
      store[Symbol.dispose]();
    },
  };
}
