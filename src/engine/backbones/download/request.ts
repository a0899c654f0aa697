import { request, type Dispatcher } from 'undici';

const MAX_REDIRECTS = 5;

/** A mirror failed; the next one, or another attempt, may not. */
export class MirrorError extends Error {
  /** The same mirror may be asked again: the connection broke, or the server was busy. */
  readonly passing: boolean;
  constructor(message: string, passing = false, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MirrorError';
    this.passing = passing;
  }
}

export interface Fetch {
  url: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
  signal: AbortSignal;
}

/** GET with at most five redirects, never from https to http. Throws MirrorError, or what the connection throws. */
export async function getFollowing({ url, headers, dispatcher, signal }: Fetch): Promise<Dispatcher.ResponseData> {
  let current = new URL(url);
  for (let hops = 0; ; hops++) {
    const response = await request(current, {
      dispatcher,
      // A file that is compressed on the way could not be resumed.
      headers: { 'accept-encoding': 'identity', 'user-agent': 'headway', ...headers },
      signal,
    });
    if (![301, 302, 303, 307, 308].includes(response.statusCode)) return response;
    // The socket is of no further use; what the body still brings is of no interest.
    response.body.on('error', () => undefined).destroy();
    const { location } = response.headers;
    const next = typeof location === 'string' ? URL.parse(location, current.href) : null;
    if (!next) throw new MirrorError('it redirects to nowhere');
    if (hops === MAX_REDIRECTS) throw new MirrorError(`it redirects more than ${MAX_REDIRECTS} times`);
    if (!/^https?:$/.test(next.protocol) || (current.protocol === 'https:' && next.protocol !== 'https:'))
      throw new MirrorError(`it redirects to ${next.protocol}//${next.host}, which is not secure`);
    current = next;
  }
}
