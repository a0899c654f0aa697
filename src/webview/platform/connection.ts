import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/browser';
import { ObjectReader, ObjectWriter, type ObjectChannel } from '../../shared/transport.ts';
import { postToHost } from './vscode.ts';

const isRpc = (data: unknown): boolean => typeof data === 'object' && data !== null && 'jsonrpc' in data;

const channel: ObjectChannel = {
  post: postToHost,
  onMessage(listener) {
    const onMessage = (event: MessageEvent<unknown>) => {
      if (isRpc(event.data)) listener(event.data);
    };
    window.addEventListener('message', onMessage);
    return { dispose: () => window.removeEventListener('message', onMessage) };
  },
};

/** The connection to the extension host. Call `listen()` when the listeners for its events are in place. */
export const connectToHost = (): MessageConnection =>
  createMessageConnection(new ObjectReader(channel), new ObjectWriter(channel));
