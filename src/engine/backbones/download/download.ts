import { mkdir, open, rename, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { CancelledError, HeadwayError, messageOf, throwIfAborted } from '../../../shared/errors.ts';
import { bytes as inWords } from '../../../shared/format.ts';
import { errorCode } from '../../files/atomic.ts';
import { Partial } from './partial.ts';
import { connections } from './proxy.ts';
import { STALL_MS, Watchdog } from './watchdog.ts';
import { getFollowing, MirrorError } from './request.ts';

export interface Download {
  /** Addresses of the same file, tried in order. */
  urls: readonly string[];
  /** What it must be. */
  sha256: string;
  bytes: number;
  /** Where it goes; it appears there only whole and verified. Until then its bytes are in `FILE.part`, from which a later call goes on. */
  file: string;
  signal?: AbortSignal | undefined;
  /** Bytes that are there. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Silence after which a connection counts as broken. */
  stallMs?: number | undefined;
  /** Wait before a broken connection is tried again, doubled each time. */
  retryMs?: number | undefined;
  /** For the proxy. Default: that of the process. */
  env?: NodeJS.ProcessEnv | undefined;
}

/** Attempts at one mirror that bring not a single byte, one after the other, before the next mirror's turn. */
const FRUITLESS = 3;

/**
 * Downloads one file: mirrors in order, broken connections resumed (Range, If-Range), never more bytes than stated, SHA-256 checked before
 * the rename. Throws HeadwayError: `io` when no mirror works or the disk is full (what came stays for the next call), `data` when the last
 * mirror's file is not the one wanted, and CancelledError.
 */
export async function download(job: Download): Promise<void> {
  throwIfAborted(job.signal);
  await mkdir(path.dirname(job.file), { recursive: true });
  const partial = new Partial(`${job.file}.part`);
  await checkRoom(job, await partial.size());
  const dispatcher = connections(job.env ?? process.env);
  const failures: string[] = [];
  let wrong = false;
  try {
    for (const url of job.urls) {
      try {
        await fromMirror(job, url, partial, dispatcher);
        await finish(job, partial);
        return;
      } catch (error) {
        if (!(error instanceof MirrorError)) throw error;
        wrong = error instanceof WrongFile;
        failures.push(`${new URL(url).host}: ${error.message}`);
      }
    }
  } finally {
    await dispatcher.destroy();
  }
  const name = path.basename(job.file);
  throw new HeadwayError(
    wrong ? 'data' : 'io',
    `${name} could not be downloaded (${failures.join('; ')}). Check the connection and the proxy (HTTPS_PROXY), or download it by other means and import the file.`,
  );
}

/** What the mirror offers is another file. */
class WrongFile extends MirrorError {}

async function fromMirror(job: Download, url: string, partial: Partial, dispatcher: Dispatcher): Promise<void> {
  let fruitless = 0;
  for (;;) {
    const before = await partial.size();
    try {
      await attempt(job, url, partial, dispatcher);
      if ((await partial.size()) === job.bytes) break;
      throw new MirrorError('the connection ended early', true);
    } catch (error) {
      const failure = asMirrorError(error, job);
      fruitless = (await partial.size()) > before ? 0 : fruitless + 1;
      if (!failure.passing || fruitless === FRUITLESS) throw failure;
      await pause((job.retryMs ?? 1000) * 2 ** fruitless, job.signal);
    }
  }
  const found = await partial.hash();
  if (found === job.sha256) return;
  await partial.discard();
  throw new WrongFile(`its file has SHA-256 ${found.slice(0, 12)}… instead of ${job.sha256.slice(0, 12)}…`);
}

/** One request; appends what it brings. */
async function attempt(job: Download, url: string, partial: Partial, dispatcher: Dispatcher): Promise<void> {
  const known = await partial.resumable(url);
  if (known?.size === job.bytes) return;
  const begun = known && known.size < job.bytes ? known : undefined;
  const range = begun && { range: `bytes=${begun.size}-`, 'if-range': begun.etag };
  using stall = new Watchdog(job.stallMs ?? STALL_MS, job.signal);
  const response = await getFollowing({ url, headers: range ?? {}, dispatcher, signal: stall.signal });
  const { headers, body } = response;
  try {
    const from = await firstByte(response, job, begun?.size, partial);
    if (from === 0) await partial.begin(url, one(headers.etag));
    await append(body, from, job, partial, stall);
  } catch (error) {
    if (error instanceof WrongFile) await partial.discard();
    throw error;
  } finally {
    body.on('error', () => undefined).destroy();
  }
}

/** Where in the file the answer's first byte belongs. Throws MirrorError for an answer that is of no use. */
async function firstByte(
  { statusCode, headers }: Dispatcher.ResponseData,
  job: Download,
  wanted: number | undefined,
  partial: Partial,
): Promise<number> {
  if (statusCode === 416) {
    await partial.discard();
    throw new MirrorError('it does not continue the download', true);
  }
  if (statusCode !== 200 && statusCode !== 206)
    throw new MirrorError(`it answered with status ${statusCode}`, statusCode === 429 || statusCode >= 500);
  const from = statusCode === 206 ? (wanted ?? 0) : 0;
  if (statusCode === 206 && !String(headers['content-range']).startsWith(`bytes ${from}-`))
    throw new MirrorError('it sent another part of the file than asked for');
  const length = headers['content-length'];
  if (length !== undefined && from + Number(length) !== job.bytes)
    throw new WrongFile(`its file has ${from + Number(length)} bytes instead of ${job.bytes}`);
  return from;
}

/** Each chunk is in the file before the next is asked for, so that a break loses little. */
async function append(
  body: AsyncIterable<Buffer>,
  from: number,
  job: Download,
  partial: Partial,
  stall: Watchdog,
): Promise<void> {
  const file = await open(partial.file, from === 0 ? 'w' : 'a');
  try {
    let done = from;
    for await (const chunk of body) {
      stall.feed();
      if (done + chunk.length > job.bytes)
        throw new WrongFile(`its file has more than the ${job.bytes} bytes it should have`);
      await file.writeFile(chunk);
      done += chunk.length;
      job.onProgress?.(done, job.bytes);
    }
  } finally {
    await file.close();
  }
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

/** Connections fail in many ways, all of them passing; the disk and the user do not. */
function asMirrorError(error: unknown, job: Download): MirrorError {
  if (error instanceof MirrorError) return error;
  if (job.signal?.aborted || error instanceof CancelledError) throw new CancelledError();
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(job, error);
  if (error instanceof HeadwayError || (code !== undefined && /^E(ACCES|PERM|ROFS|IO|FBIG|ISDIR)$/.test(code)))
    throw new HeadwayError('io', `${job.file} could not be written: ${messageOf(error)}`, { cause: error });
  return new MirrorError(messageOf(error), true, { cause: error });
}

const diskFull = (job: Download, cause?: unknown): HeadwayError =>
  new HeadwayError(
    'io',
    `There is no room for ${path.basename(job.file)} (${inWords(job.bytes)}) in ${path.dirname(job.file)}; free some space and try again.`,
    { cause },
  );

async function checkRoom(job: Download, present: number): Promise<void> {
  const { bavail, bsize } = await statfs(path.dirname(job.file));
  if (bavail * bsize < job.bytes - present) throw diskFull(job);
}

async function finish({ file }: Download, partial: Partial): Promise<void> {
  const handle = await open(partial.file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial.file, file);
  await partial.forget();
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    throw new CancelledError(messageOf(error));
  }
}
