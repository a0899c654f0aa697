/** Forks the real service and speaks with it, as the extension does. */
import { fork, type ChildProcess } from 'node:child_process';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import type { EngineApi } from '../../../src/shared/engineApi.ts';
import { createClient, type Client } from '../../../src/shared/rpc.ts';
import { ObjectReader, ObjectWriter, type ObjectChannel } from '../../../src/shared/transport.ts';
import { MAIN } from '../headway.ts';

export interface RunningService extends AsyncDisposable {
  engine: Client<EngineApi>;
  process: ChildProcess;
  log: () => string;
}

export function startService(cache: string): RunningService {
  const child = fork(MAIN, ['service', '--cache', cache], { serialization: 'advanced', silent: true, execArgv: [] });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const channel: ObjectChannel = {
    post: message => void child.send(message as object),
    onMessage: listener => {
      child.on('message', listener);
      return { dispose: () => child.off('message', listener) };
    },
  };
  const connection = createMessageConnection(new ObjectReader(channel), new ObjectWriter(channel));
  connection.listen();
  child.once('exit', () => connection.dispose());
  return {
    engine: createClient<EngineApi>(connection),
    process: child,
    log: () => log,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.disconnect();
      await gone;
    },
  };
}
