import { throwIfAborted } from '../../shared/errors.ts';
import { decoderVersion, openImage } from './sharp.ts';

/**
 * How a photograph becomes a backbone's input: the centre square of `crop / resizeShort` of the short side, resized to `crop` pixels.
 * (The usual "resize the short side, then crop the centre", said once for any size.)
 */
export interface ImageRecipe {
  resizeShort: number;
  crop: number;
  kernel: 'cubic' | 'linear' | 'lanczos3';
}

/** Identifies the recipe and the decoder: part of the key of stored features. */
export function preprocessingId(recipe: ImageRecipe): string {
  return `${recipe.resizeShort}/${recipe.crop} ${recipe.kernel}, ${decoderVersion()}`;
}

/**
 * The picture as the backbone wants it: uint8 RGB [crop, crop, 3]. Upright, first frame, sRGB, 8 bits, transparency on white.
 * The crop is centred to within half a pixel. JPEGs are shrunk while decoding to no less than twice the wanted size, which leaves the resampling its accuracy.
 * Strings are file names. Throws the decoder's error (see `problemOf`) or CancelledError.
 */
export async function decodeForBackbone(
  input: string | Uint8Array,
  recipe: ImageRecipe,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  throwIfAborted(signal);
  const { resizeShort, crop, kernel } = recipe;
  const margin = Math.floor((resizeShort - crop) / 2);
  const pixels = await openImage(input)
    .resize(resizeShort, resizeShort, { fit: 'cover', kernel, fastShrinkOnLoad: false })
    .extract({ left: margin, top: margin, width: crop, height: crop })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  throwIfAborted(signal);
  return pixels;
}
