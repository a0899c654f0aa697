import sharp, { type Sharp } from 'sharp';
import { HeadwayError } from '../../shared/errors.ts';

// libvips caches by file name and would answer with a picture that has since been replaced.
sharp.cache(false);
// Many small pictures: one thread each and several at once wastes less than several threads on one.
sharp.concurrency(1);

/** More pixels than this are a problem of the file: 16,383 x 16,383, sharp's own limit. Such a picture needs 0.8 GB when decoded. */
export const PIXEL_LIMIT = 0x3fff * 0x3fff;

/** Opens a picture upright: first frame, pixel limit, damaged data is an error. Strings are file names. */
export function openImage(input: string | Uint8Array): Sharp {
  return sharp(input, { failOn: 'truncated', limitInputPixels: PIXEL_LIMIT, autoOrient: true });
}

export interface Header {
  width: number;
  height: number;
  /** EXIF orientation 1 to 8. Width and height are as stored, before it. */
  orientation: number;
}

/** The header without decoding pixels or checking their number. */
export async function readHeader(bytes: Uint8Array): Promise<Header> {
  const { width, height, orientation } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { width, height, orientation: orientation ?? 1 };
}

/** For callers that make pictures (tests, the sample): the same configured library. */
export { sharp };

/** The library's version, part of the key of what is computed from decoded pixels. Throws when its native part is missing. */
export function decoderVersion(): string {
  const version = sharp.versions.vips;
  if (!version)
    throw new HeadwayError('engine', 'The image library sharp has no native part here; install Headway again.');
  return `vips ${version}`;
}
