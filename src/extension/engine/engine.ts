/** The engine as the rest of the extension sees it: an API that starts its process on the first call and again after a crash. */
import type { EngineApi } from '../../shared/engineApi.ts';
import { CancelledError, HeadwayError, messageOf } from '../../shared/errors.ts';
import type { Client } from '../../shared/rpc.ts';
import type { Logger } from '../platform/logger.ts';
import { t } from '../platform/text.ts';
import type { EngineProcess } from './engineProcess.ts';

export type EngineState = 'idle' | 'starting' | 'running' | 'failed';

export interface EngineOptions {
  main: string;
  version: string;
  /** Asked at every start. */
  cacheDirectory: () => string;
  log: Logger;
  onState: (state: EngineState) => void;
  /** The engine crashed too often and will not be started again before `restart`. */
  onGaveUp: (error: HeadwayError) => void;
  timing?: Partial<Timing>;
}

/** All in milliseconds. */
export interface Timing {
  startTimeout: number;
  killAfter: number;
  pingEvery: number;
  /** Wait before the first restart; each further one waits four times as long. */
  backoff: number;
  /** A process that lived so long is healthy: earlier crashes are forgotten. */
  stable: number;
}

const TIMING: Timing = { startTimeout: 30_000, killAfter: 3000, pingEvery: 10_000, backoff: 250, stable: 60_000 };
const MAX_RESTARTS = 3;
const MISSED_PINGS = 3;

export class Engine {
  /** Every call starts the engine when it does not run. Throws HeadwayError; a call whose process dies fails and is not repeated. */
  readonly api: Client<EngineApi>;
  readonly #options: EngineOptions;
  readonly #timing: Timing;
  #starting: Promise<EngineProcess> | undefined;
  #process: EngineProcess | undefined;
  #crashes = 0;
  #gaveUp: HeadwayError | undefined;
  #disposed = false;
  /** Counts `restart` and `dispose`, so that a start under way sees that nobody wants it any more. */
  #generation = 0;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.api = new Proxy({} as Client<EngineApi>, {
      get: (_, method) =>
        typeof method === 'string' && method !== 'then'
          ? (params: never, options: never) => this.#call(method as keyof EngineApi, params, options)
          : undefined,
    });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Ends the process, forgets earlier crashes and starts anew. */
  async restart(): Promise<void> {
    await this.#end();
    this.#crashes = 0;
    this.#gaveUp = undefined;
    await this.#connect();
  }

  /** SIGTERM, then SIGKILL. Calls under way and later ones fail. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    const starting = this.#starting;
    const running = this.#process;
    this.#generation++;
    this.#forget();
    await running?.stop();
    // A start under way ends its process itself; its callers get the error.
    await starting?.catch(() => undefined);
    this.#options.onState('idle');
  }

  #forget(): void {
    this.#starting = undefined;
    this.#process = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  async #call(method: keyof EngineApi, params: never, options: never): Promise<unknown> {
    const engine = await this.#connect();
    try {
      return await engine.api[method](params, options);
    } catch (error) {
      if (error instanceof CancelledError || engine.alive) throw error;
      const reason = await engine.ended;
      throw new HeadwayError('engine', t('The Headway engine stopped while it worked ({0}). Try again.', reason), {
        cause: error,
      });
    }
  }

  #connect(): Promise<EngineProcess> {
    if (this.#disposed) return Promise.reject(new HeadwayError('engine', t('Headway is shutting down.')));
    if (this.#gaveUp) return Promise.reject(this.#gaveUp);
    if (!this.#starting) {
      const starting = this.#start();
      this.#starting = starting;
      starting.catch(() => {
        if (this.#starting === starting) this.#starting = undefined;
      });
    }
    return this.#starting;
  }

  async #start(): Promise<EngineProcess> {
    const { log, onState, main, version, cacheDirectory } = this.#options;
    const generation = this.#generation;
    // Loaded here, so that activation does not pay for it.
    const { EngineProcess, RefusedError } = await import('./engineProcess.ts');
    const unwanted = () => new HeadwayError('engine', t('The Headway engine was restarted. Try again.'));
    onState('starting');
    for (;;) {
      if (this.#crashes > 0) await new Promise(r => setTimeout(r, this.#timing.backoff * 4 ** (this.#crashes - 1)));
      if (generation !== this.#generation) throw unwanted();
      try {
        const engine = await EngineProcess.start({
          main,
          version,
          cacheDirectory: cacheDirectory(),
          log,
          ...this.#timing,
        });
        if (generation !== this.#generation) {
          await engine.stop();
          throw unwanted();
        }
        this.#watch(engine);
        onState('running');
        return engine;
      } catch (error) {
        if (generation !== this.#generation) throw error;
        log.warn(messageOf(error));
        this.#crashes++;
        if (error instanceof RefusedError || this.#crashes > MAX_RESTARTS) throw this.#giveUp(messageOf(error), error);
      }
    }
  }

  #watch(engine: EngineProcess): void {
    this.#process = engine;
    const stable = setTimeout(() => (this.#crashes = 0), this.#timing.stable);
    let missed = 0;
    const ping = setInterval(() => {
      if (missed++ >= MISSED_PINGS) {
        this.#options.log.warn(`The engine (process ${engine.pid ?? '?'}) does not answer: it is ended.`);
        engine.kill();
      } else
        void engine.api.ping(null).then(
          () => (missed = 0),
          () => undefined,
        );
    }, this.#timing.pingEvery);
    stable.unref();
    ping.unref();
    this.#timers = [stable, ping];
    void engine.ended.then(reason => {
      clearTimeout(stable);
      clearInterval(ping);
      if (this.#process !== engine) return;
      this.#forget();
      this.#crashes++;
      this.#options.log.warn(`The engine ended: ${reason}.`);
      if (this.#crashes > MAX_RESTARTS)
        this.#giveUp(t('The Headway engine stopped {0} times in a row ({1}).', this.#crashes, reason));
      else this.#options.onState('idle');
    });
  }

  #giveUp(message: string, cause?: unknown): HeadwayError {
    this.#gaveUp = new HeadwayError('engine', message, { cause });
    this.#options.onState('failed');
    this.#options.onGaveUp(this.#gaveUp);
    return this.#gaveUp;
  }
}
