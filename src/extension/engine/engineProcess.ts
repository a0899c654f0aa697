/** One run of the service process: fork, handshake, end. No `vscode` here: unit tests start the real thing under plain Node. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { SERVICE_ARGUMENTS, type EngineApi, type Hello } from '../../shared/engineApi.ts';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { createClient, type Client } from '../../shared/rpc.ts';
import { ObjectReader, ObjectWriter, type ObjectChannel } from '../../shared/transport.ts';
import type { Logger } from '../platform/logger.ts';
import { t } from '../platform/text.ts';

export interface ProcessOptions {
  /** Absolute path of the engine's `main.mjs`. */
  main: string;
  /** Version the engine must have. */
  version: string;
  cacheDirectory: string;
  log: Logger;
  /** Milliseconds until a start without an answer counts as failed. */
  startTimeout: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  killAfter: number;
}

/** The engine runs but is not for this extension (another version): starting it again would not help. */
export class RefusedError extends HeadwayError {}

export class EngineProcess {
  readonly api: Client<EngineApi>;
  /** Settles when the process is gone, with "exit code 1" or "signal SIGKILL". Never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #killAfter: number;
  #ending: string | undefined;

  private constructor(child: ChildProcess, options: ProcessOptions) {
    this.#child = child;
    this.#killAfter = options.killAfter;
    const channel = channelOf(child);
    const { log } = options;
    const logger = {
      error: log.error.bind(log),
      warn: log.warn.bind(log),
      info: log.info.bind(log),
      log: log.debug.bind(log),
    };
    this.#connection = createMessageConnection(new ObjectReader(channel), new ObjectWriter(channel), logger);
    this.#connection.listen();
    this.api = createClient<EngineApi>(this.#connection);
    for (const stream of [child.stdout, child.stderr]) if (stream) logLines(stream, log);
    this.ended = new Promise(resolve => {
      const end = (reason: string) => {
        this.#ending ??= reason;
        // Rejects the requests that wait for an answer.
        this.#connection.dispose();
        resolve(this.#ending);
      };
      child.once('error', error => end(error.message));
      child.once('exit', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`));
    });
  }

  /** Forks the service and waits for its `hello`. Throws HeadwayError when it does not come up, RefusedError when it is another version. */
  static async start(options: ProcessOptions): Promise<EngineProcess> {
    await mkdir(options.cacheDirectory, { recursive: true });
    const child = fork(options.main, [...SERVICE_ARGUMENTS, '--cache', options.cacheDirectory], {
      serialization: 'advanced',
      execArgv: [],
      // In the desktop's extension host `process.execPath` is Electron, which runs as Node only when told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      cwd: options.cacheDirectory,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const engine = new EngineProcess(child, options);
    let timer: NodeJS.Timeout | undefined;
    try {
      const hello = await Promise.race([
        engine.#hello(options.version),
        new Promise<Hello>((_, reject) => {
          timer = setTimeout(
            () => reject(notStarted(t('no answer within {0} s', options.startTimeout / 1000))),
            options.startTimeout,
          );
        }),
      ]);
      if (hello.version !== options.version)
        throw new RefusedError(
          'engine',
          t(
            'The Headway engine is version {0}, the extension {1}: install the extension again.',
            hello.version,
            options.version,
          ),
        );
      options.log.info(`Engine ${hello.version} runs as process ${hello.pid} on Node ${hello.node}.`);
      return engine;
    } catch (error) {
      await engine.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #hello(version: string): Promise<Hello> {
    try {
      return await this.api.hello({ version });
    } catch (error) {
      if (this.alive) throw new RefusedError('engine', messageOf(error), { cause: error });
      throw notStarted(await this.ended);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#ending === undefined && this.#child.connected;
  }

  /** The reason for its end, once it has ended. */
  get ending(): string | undefined {
    return this.#ending;
  }

  /** SIGTERM, then SIGKILL after a grace time. Settles when the process is gone. */
  async stop(): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), this.#killAfter);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

const notStarted = (reason: string): HeadwayError =>
  new HeadwayError('engine', t('The Headway engine did not start ({0}).', reason));

function channelOf(child: ChildProcess): ObjectChannel {
  return {
    post: message =>
      new Promise<void>((resolve, reject) => {
        if (!child.connected) reject(new Error('The engine process is gone.'));
        else child.send(message as object, error => (error ? reject(error) : resolve()));
      }),
    onMessage: listener => {
      child.on('message', listener);
      return { dispose: () => void child.off('message', listener) };
    },
    onClose: listener => {
      child.on('disconnect', listener);
      return { dispose: () => void child.off('disconnect', listener) };
    },
  };
}

function logLines(stream: Readable, log: Logger): void {
  createInterface({ input: stream }).on('line', line => log.info(`[engine] ${line}`));
}
