import type { Sharp } from 'sharp';
import { throwIfAborted } from '../../shared/errors.ts';
import { decodeForBackbone, type ImageRecipe } from '../images/decode.ts';
import { openImage } from '../images/sharp.ts';
import { createRandom } from '../train/random.ts';
import { augmentPixels } from './apply.ts';
import { sampleCrop } from './crop.ts';
import type { Rectangle } from './erase.ts';
import type { Raster } from './raster.ts';
import { orderedAugmentations, type Augmentation } from './spec.ts';

/** From so many times the wanted size a JPEG is shrunk while it is decoded. */
const SHRINK_FROM = 4;

/** The stream of an image's variant, where `image` names the picture whatever its place, such as its hash. */
export function variantStream(image: string, variant: number): string {
  return `${image}/${variant}`;
}

/**
 * A random variant of a picture as the backbone wants it: uint8 RGB [crop, crop, 3]. Decoded as `decodeForBackbone` does, and equal to it
 * when the list is empty. RandomResizedCrop picks its part from the whole upright picture; without it the recipe's centre is taken. The other
 * augmentations change the decoded pixels in the list's order. The same seed and stream give the same pixels; every augmentation draws
 * from its own sequence, so that adding one leaves the draws of the others. Strings are file names.
 * Throws the decoder's error, HeadwayError('invalid') for parameters that are not allowed, or CancelledError.
 */
export async function decodeVariant(
  input: string | Uint8Array,
  recipe: ImageRecipe,
  list: readonly Augmentation[],
  seed: number,
  stream: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const ordered = orderedAugmentations(list);
  const size = recipe.crop;
  let image: Raster | undefined;
  const drawn = new Map<string, number>();
  for (const augmentation of ordered) {
    const { name } = augmentation;
    const times = drawn.get(name) ?? 0;
    drawn.set(name, times + 1);
    const random = createRandom(seed, `${stream}/${name}/${times}`);
    if (augmentation.name === 'RandomResizedCrop') {
      const { scale, ratio } = augmentation;
      const choose = (width: number, height: number): Rectangle => sampleCrop(width, height, scale, ratio, random);
      image = square(size, await decodeCrop(input, recipe, choose, signal));
    } else {
      image ??= square(size, await decodeForBackbone(input, recipe, signal));
      image = augmentPixels(image, augmentation, random);
    }
  }
  return image?.data ?? decodeForBackbone(input, recipe, signal);
}

function square(size: number, data: Uint8Array): Raster {
  return { data, width: size, height: size };
}

/** The part that `choose` picks of the upright picture of a width and height, resized to the recipe's crop. */
async function decodeCrop(
  input: string | Uint8Array,
  { crop: size, kernel }: ImageRecipe,
  choose: (width: number, height: number) => Rectangle,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  throwIfAborted(signal);
  const image = openImage(input);
  const { autoOrient: whole } = await image.metadata();
  throwIfAborted(signal);
  const part = choose(whole.width, whole.height);
  const pixels = await (
    Math.min(part.width, part.height) < SHRINK_FROM * size
      ? cutThenResize(image, part, size, kernel)
      : resizeThenCut(image, whole, part, size, kernel)
  )
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  throwIfAborted(signal);
  return pixels;
}

function cutThenResize(image: Sharp, part: Rectangle, size: number, kernel: ImageRecipe['kernel']): Sharp {
  return image.extract(part).resize(size, size, { fit: 'fill', kernel });
}

/** Lets a JPEG be shrunk while it is decoded, which cutting first would not. Only the part is resampled. Exact to half an output pixel. */
function resizeThenCut(
  image: Sharp,
  whole: { width: number; height: number },
  part: Rectangle,
  size: number,
  kernel: ImageRecipe['kernel'],
): Sharp {
  const scaledWidth = Math.round((whole.width * size) / part.width);
  const scaledHeight = Math.round((whole.height * size) / part.height);
  const left = Math.min(Math.round((part.left * size) / part.width), scaledWidth - size);
  const top = Math.min(Math.round((part.top * size) / part.height), scaledHeight - size);
  return image
    .resize(scaledWidth, scaledHeight, { fit: 'fill', kernel, fastShrinkOnLoad: false })
    .extract({ left, top, width: size, height: size });
}
