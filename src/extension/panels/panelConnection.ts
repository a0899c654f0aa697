/**
 * The typed connection to a panel's page. Each page gets a connection of its own: the ids of its requests start at 0, so an answer
 * meant for the page before (dropped when the panel was hidden or moved) must not reach it.
 */
import type * as vscode from 'vscode';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { emitEvent, serve, type Handlers } from '../../shared/rpc.ts';
import { ObjectReader, ObjectWriter } from '../../shared/transport.ts';

export class PanelConnection<A extends object, E> implements vscode.Disposable {
  readonly #webview: vscode.Webview;
  readonly #handlers: Handlers<A>;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscription: vscode.Disposable;
  #page: { connection: MessageConnection; deliver: (message: unknown) => void } | undefined;

  constructor(webview: vscode.Webview, handlers: Handlers<A>, log: vscode.LogOutputChannel) {
    this.#webview = webview;
    this.#handlers = handlers;
    this.#log = log;
    this.#subscription = webview.onDidReceiveMessage((message: unknown) => {
      if (!this.#page || isFirstRequest(message)) this.#newPage();
      this.#page?.deliver(message);
    });
  }

  /** Lost when no page listens: a page asks for everything when it starts. */
  emit(name: keyof E & string, payload: E[keyof E & string]): void {
    if (this.#page) emitEvent<E>(this.#page.connection, name, payload);
  }

  /** Ends the talk with the page, aborting what it asked for. */
  drop(): void {
    this.#page?.connection.dispose();
    this.#page = undefined;
  }

  dispose(): void {
    this.drop();
    this.#subscription.dispose();
  }

  #newPage(): void {
    this.drop();
    let open = true;
    let deliver: (message: unknown) => void = () => undefined;
    const channel = {
      post: (message: unknown) => (open ? this.#webview.postMessage(message) : undefined),
      onMessage: (listener: (message: unknown) => void) => {
        deliver = listener;
        return { dispose: () => (deliver = () => undefined) };
      },
    };
    const log = this.#log;
    const connection = createMessageConnection(new ObjectReader(channel), new ObjectWriter(channel), {
      error: message => log.error(message),
      warn: message => log.warn(message),
      info: message => log.info(message),
      log: message => log.debug(message),
    });
    const aborts = new Set<AbortController>();
    serve(connection, abortable(this.#handlers, aborts), (method, error) =>
      log.error(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    );
    connection.onDispose(() => {
      open = false;
      for (const controller of aborts) controller.abort();
    });
    connection.listen();
    this.#page = { connection, deliver: message => deliver(message) };
  }
}

type AnyMethod = (
  params: unknown,
  context: { signal: AbortSignal; progress: (value: unknown) => void },
) => Promise<unknown>;

/** The same handlers with a signal that also fires when the page is gone. */
function abortable<A extends object>(handlers: Handlers<A>, aborts: Set<AbortController>): Handlers<A> {
  const wrapped = Object.entries(handlers).map(([name, method]): [string, AnyMethod] => [
    name,
    async (params, context) => {
      const controller = new AbortController();
      const abort = () => controller.abort();
      if (context.signal.aborted) abort();
      context.signal.addEventListener('abort', abort, { once: true });
      aborts.add(controller);
      try {
        return await (method as AnyMethod)(params, { ...context, signal: controller.signal });
      } finally {
        aborts.delete(controller);
        context.signal.removeEventListener('abort', abort);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Handlers<A>;
}

const isFirstRequest = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'method' in message && 'id' in message && message.id === 0;
