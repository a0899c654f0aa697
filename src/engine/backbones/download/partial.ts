/** The file while it comes: its bytes so far, and beside it what the server said about it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { readJson, isMissing, writeJson } from '../../files/atomic.ts';
import { HeadwayError } from '../../../shared/errors.ts';

/** Where the bytes came from. Only the same version of the same address is continued. */
export interface Origin {
  url: string;
  etag: string;
}

export class Partial {
  readonly file: string;
  readonly #note: string;

  constructor(file: string) {
    this.file = file;
    this.#note = `${file}.json`;
  }

  /** Bytes that can be kept, if `url` is asked again, and the entity tag they belong to. */
  async resumable(url: string): Promise<{ size: number; etag: string } | undefined> {
    const origin = await this.#origin();
    if (origin?.url !== url || origin.etag === '') return undefined;
    const size = await this.size();
    return size > 0 ? { size, etag: origin.etag } : undefined;
  }

  async size(): Promise<number> {
    try {
      return (await stat(this.file)).size;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  /** A weak tag does not promise the same bytes, so it is not kept. */
  async begin(url: string, etag: string | undefined): Promise<void> {
    const origin: Origin = { url, etag: etag?.startsWith('"') === true ? etag : '' };
    await writeJson(this.#note, origin);
  }

  /** SHA-256 of the bytes so far, hex. */
  async hash(): Promise<string> {
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(this.file)) sum.update(chunk as Buffer);
    return sum.digest('hex');
  }

  async discard(): Promise<void> {
    await rm(this.file, { force: true });
    await this.forget();
  }

  async forget(): Promise<void> {
    await rm(this.#note, { force: true });
  }

  async #origin(): Promise<Origin | undefined> {
    try {
      const { url, etag } = (await readJson(this.#note)) as Record<string, unknown>;
      return typeof url === 'string' && typeof etag === 'string' ? { url, etag } : undefined;
    } catch (error) {
      // Without the note, or with one cut short by a crash, the download begins anew.
      if (error instanceof HeadwayError && (error.code === 'not-found' || error.code === 'data')) return undefined;
      throw error;
    }
  }
}
