import type { ThumbnailPage } from '../../shared/engineApi.ts';
import { CancelledError } from '../../shared/errors.ts';
import { forEachConcurrent } from '../files/concurrent.ts';
import type { Store } from '../store/store.ts';
import { identifyFiles } from './identify.ts';
import { problemOf } from './inspect.ts';
import { openImage } from './sharp.ts';

const AT_ONCE = 4;

/** A WebP whose longer side is `size` pixels (smaller pictures keep their size), upright, sRGB, transparency on white. */
export async function makeThumbnail(input: string | Uint8Array, size: number): Promise<Uint8Array> {
  return openImage(input)
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .webp({ quality: 80, effort: 2 })
    .toBuffer();
}

/**
 * Thumbnails of absolute paths, packed. Made once per picture's content and size and kept in the store. A picture that cannot be read
 * has an empty slot; what is found damaged only now is remembered as a problem of the picture.
 */
export async function thumbnails(
  store: Store,
  paths: readonly string[],
  size: number,
  signal?: AbortSignal,
): Promise<ThumbnailPage> {
  const identities = await identifyFiles(store, paths, { signal });
  const usable = identities.map(id => (id.hash !== undefined && !id.facts.problem ? id.hash : undefined));
  const hashes = [...new Set(usable.filter(hash => hash !== undefined))];
  const stored = store.thumbnails(hashes, size);
  const byHash = new Map<string, Uint8Array>();
  const missing: { hash: string; path: string }[] = [];
  for (const [i, hash] of hashes.entries()) {
    const webp = stored[i];
    if (webp) byHash.set(hash, webp);
    else missing.push({ hash, path: paths[usable.indexOf(hash)]! });
  }
  const made: { hash: string; webp: Uint8Array }[] = [];
  try {
    await forEachConcurrent(
      missing,
      AT_ONCE,
      async ({ hash, path }) => {
        try {
          const webp = await makeThumbnail(path, size);
          byHash.set(hash, webp);
          made.push({ hash, webp });
        } catch (error) {
          if (error instanceof CancelledError) throw error;
          store.putImages([{ hash, facts: problemOf(error) }]);
        }
      },
      signal,
    );
  } finally {
    if (made.length > 0) store.putThumbnails(size, made);
  }
  return pack(usable.map(hash => (hash === undefined ? undefined : byHash.get(hash))));
}

function pack(images: readonly (Uint8Array | undefined)[]): ThumbnailPage {
  const offsets = new Uint32Array(images.length + 1);
  for (const [i, image] of images.entries()) offsets[i + 1] = offsets[i]! + (image?.length ?? 0);
  const bytes = new Uint8Array(offsets.at(-1)!);
  for (const [i, image] of images.entries()) if (image) bytes.set(image, offsets[i]);
  return { bytes, offsets };
}
