import { sharp } from '../images/sharp.ts';
import type { ImageRecipe } from '../images/decode.ts';
import type { Augmentation } from './spec.ts';
import { decodeVariant, variantStream } from './variant.ts';

/**
 * `count` variants of a picture as WebP files of the backbone's input size, for a person to look at. With the image's name in training as `image`
 * these are the variants that training sees. Throws as `decodeVariant`.
 */
export async function augmentationPreview(
  file: string | Uint8Array,
  recipe: ImageRecipe,
  list: readonly Augmentation[],
  seed: number,
  count: number,
  image = 'preview',
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const previews: Uint8Array[] = [];
  for (let variant = 0; variant < count; variant++) {
    const pixels = await decodeVariant(file, recipe, list, seed, variantStream(image, variant), signal);
    const raw = { width: recipe.crop, height: recipe.crop, channels: 3 } as const;
    previews.push(await sharp(pixels, { raw }).webp({ quality: 85, effort: 2 }).toBuffer());
  }
  return previews;
}
