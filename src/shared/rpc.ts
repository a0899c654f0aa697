/**
 * Typed remote calls over vscode-jsonrpc. An API is an interface of `Method`s; `serve` answers it on one side and `createClient`
 * gives the other side a proxy of the same type. Cancellation is an AbortSignal on both sides, progress a callback.
 */
import {
  CancellationTokenSource,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc';
import { CancelledError, HeadwayError, messageOf, type ErrorCode } from './errors.ts';

export interface CallContext<G> {
  signal: AbortSignal;
  progress: (value: G) => void;
}

/** A remote method: parameters P, result R, progress values G. */
export type Method<P, R, G = never> = (params: P, context: CallContext<G>) => Promise<R>;

export interface CallOptions<G> {
  signal?: AbortSignal;
  onProgress?: (value: G) => void;
}

/** The client's view of an API. */
export type Client<A> = {
  [K in keyof A]: A[K] extends Method<infer P, infer R, infer G>
    ? (params: P, options?: CallOptions<G>) => Promise<R>
    : never;
};

/** What a side implements: the API's methods themselves. */
export type Handlers<A> = { [K in keyof A]: A[K] };

const HEADWAY_ERROR = -32050;
const progressType = new ProgressType<unknown>();
interface Envelope {
  params: unknown;
  progress?: number;
}

/** Calls made before this connection closes are rejected when it does. Throws HeadwayError with the code set by the other side. */
export function createClient<A>(connection: MessageConnection): Client<A> {
  let nextToken = 1;
  const call = async (method: string, params: unknown, options: CallOptions<unknown> = {}): Promise<unknown> => {
    if (options.signal?.aborted) throw new CancelledError();
    const source = new CancellationTokenSource();
    const onAbort = () => source.cancel();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const envelope: Envelope = { params };
    let progress: { dispose(): void } | undefined;
    if (options.onProgress) {
      envelope.progress = nextToken++;
      progress = connection.onProgress(progressType, envelope.progress, options.onProgress);
    }
    try {
      return await connection.sendRequest(method, envelope, source.token);
    } catch (error) {
      throw fromWire(error);
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
      progress?.dispose();
      source.dispose();
    }
  };
  return new Proxy(
    {},
    {
      get: (_, method) =>
        typeof method === 'string' && method !== 'then'
          ? (params: unknown, options?: CallOptions<unknown>) => call(method, params, options)
          : undefined,
    },
  ) as Client<A>;
}

/** Answers the API's methods on the connection. `onError` sees every error that is not a HeadwayError (a bug, for the log). */
export function serve<A extends object>(
  connection: MessageConnection,
  handlers: Handlers<A>,
  onError?: (method: string, error: unknown) => void,
): void {
  for (const [method, handler] of Object.entries(handlers) as [string, Method<unknown, unknown, unknown>][]) {
    connection.onRequest(method, async (envelope: Envelope, token: CancellationToken) => {
      const controller = new AbortController();
      if (token.isCancellationRequested) controller.abort();
      const subscription = token.onCancellationRequested(() => controller.abort());
      try {
        return await handler(envelope.params, {
          signal: controller.signal,
          progress: value => {
            if (envelope.progress !== undefined) void connection.sendProgress(progressType, envelope.progress, value);
          },
        });
      } catch (error) {
        if (!(error instanceof HeadwayError)) onError?.(method, error);
        throw toWire(error);
      } finally {
        subscription.dispose();
      }
    });
  }
}

/** One-way events. `E` maps the event's name to its payload. */
export function emitEvent<E>(
  connection: MessageConnection,
  name: keyof E & string,
  payload: E[keyof E & string],
): void {
  void connection.sendNotification(name, { payload });
}

export function onEvent<E, K extends keyof E & string>(
  connection: MessageConnection,
  name: K,
  listener: (payload: E[K]) => void,
): { dispose(): void } {
  return connection.onNotification(name, (message: { payload: E[K] }) => listener(message.payload));
}

function toWire(error: unknown): ResponseError<{ code: ErrorCode; stack?: string }> {
  if (error instanceof CancelledError) return new ResponseError(HEADWAY_ERROR, error.message, { code: 'cancelled' });
  const code: ErrorCode = error instanceof HeadwayError ? error.code : 'engine';
  const stack = error instanceof Error ? error.stack : undefined;
  return new ResponseError(HEADWAY_ERROR, messageOf(error), stack === undefined ? { code } : { code, stack });
}

function fromWire(error: unknown): Error {
  if (error instanceof ResponseError) {
    const data = error.data as { code?: ErrorCode } | undefined;
    if (data?.code === 'cancelled') return new CancelledError(error.message);
    return new HeadwayError(data?.code ?? 'engine', error.message, { cause: error });
  }
  return new HeadwayError('engine', messageOf(error), { cause: error });
}
