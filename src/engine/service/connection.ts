import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import type { ObjectChannel } from '../../shared/transport.ts';
import { ObjectReader, ObjectWriter } from '../../shared/transport.ts';

/** The channel to the process that forked this one. Throws when there is none. */
export function connectToParent(): MessageConnection {
  const send = process.send?.bind(process);
  if (!send)
    throw new Error('The service is started by the extension (child_process.fork with serialization "advanced").');
  const channel: ObjectChannel = {
    post: message =>
      new Promise<void>((resolve, reject) => {
        send(message, undefined, undefined, error => (error ? reject(error) : resolve()));
      }),
    onMessage: listener => {
      process.on('message', listener);
      return { dispose: () => process.off('message', listener) };
    },
    onClose: listener => {
      process.on('disconnect', listener);
      return { dispose: () => process.off('disconnect', listener) };
    },
  };
  return createMessageConnection(new ObjectReader(channel), new ObjectWriter(channel));
}
