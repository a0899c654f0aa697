/** A server on the loopback interface that serves one file in whatever way a test wants. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Loopback extends AsyncDisposable {
  url: string;
  server: Server;
  /** Requests so far: method and address, with the range asked for. */
  requests: { url: string; range: string | undefined; ifRange: string | undefined }[];
}

export async function loopback(answer: RequestListener): Promise<Loopback> {
  const requests: Loopback['requests'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const ifRange = request.headers['if-range'];
    requests.push({ url: request.url!, range: request.headers.range, ifRange: typeof ifRange === 'string' ? ifRange : undefined }); // prettier-ignore
    answer(request, response);
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Answers a request for `content`, in part where a range is asked for and the tag fits. */
export function serveFile(request: IncomingMessage, response: ServerResponse, content: Uint8Array, etag = '"1"'): void {
  const begin = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (begin === undefined || request.headers['if-range'] !== etag) {
    response.writeHead(200, { etag, 'content-length': content.length }).end(content);
    return;
  }
  const from = Number(begin);
  response
    .writeHead(206, {
      etag,
      'content-length': content.length - from,
      'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
    })
    .end(content.subarray(from));
}

/** Sends the first `count` bytes of a whole answer and then breaks the connection. */
export function breakAfter(response: ServerResponse, content: Uint8Array, count: number, etag = '"1"'): void {
  response.writeHead(200, { etag, 'content-length': content.length });
  response.write(content.subarray(0, count), () => setTimeout(() => response.socket?.destroy(), 20));
}
