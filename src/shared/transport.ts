/**
 * Message reader and writer of vscode-jsonrpc over any channel that passes objects (fork IPC with advanced serialisation, a webview's
 * `postMessage`, memory in tests). Objects are passed as they are, so typed arrays stay typed arrays.
 */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
} from 'vscode-jsonrpc';

export interface ObjectChannel {
  /** A promise is awaited. Rejects or throws when the other side is gone. */
  post(message: unknown): unknown;
  onMessage(listener: (message: unknown) => void): { dispose(): void };
  onClose?(listener: () => void): { dispose(): void };
}

export class ObjectReader extends AbstractMessageReader {
  readonly #channel: ObjectChannel;
  readonly #onClose: Disposable | undefined;
  constructor(channel: ObjectChannel) {
    super();
    this.#channel = channel;
    this.#onClose = channel.onClose?.(() => this.fireClose());
  }
  listen(callback: DataCallback): Disposable {
    return this.#channel.onMessage(message => callback(message as Message));
  }
  override dispose(): void {
    this.#onClose?.dispose();
    super.dispose();
  }
}

export class ObjectWriter extends AbstractMessageWriter {
  readonly #channel: ObjectChannel;
  #failures = 0;
  constructor(channel: ObjectChannel) {
    super();
    this.#channel = channel;
  }
  async write(message: Message): Promise<void> {
    try {
      await this.#channel.post(message);
    } catch (error) {
      this.fireError(error, message, ++this.#failures);
      throw error;
    }
  }
  end(): void {}
}
