/** Backbones that can be downloaded: what they are, where they are, how their pixels are prepared. */
import type { Preprocessing } from '../../shared/backbone.ts';
import type { ImageRecipe } from '../images/decode.ts';
import { readMediaJson } from './media.ts';

export interface CatalogEntry {
  name: string;
  title: string;
  /** Name of the file as published. */
  file: string;
  /** Path in the ONNX Model Zoo's repository. */
  zooPath: string;
  sha256: string;
  bytes: number;
  /** 0..1. */
  imagenetTop1: number;
  license: string;
  preprocessing: Preprocessing;
  recipe: ImageRecipe;
  parameters?: number;
  gflops?: number;
  note?: string;
}

/** As in media/backbones/catalog.json. */
interface Listed {
  name: string;
  file: string;
  zooPath: string;
  sha256: string;
  bytes: number;
  imagenetTop1: number;
  license: string;
  preprocessing: { resize: number | null; crop?: number; scale: string; mean?: number[] };
  note?: string;
}

interface Published {
  title: string;
  parameters?: number;
  gflops?: number;
}

export async function readCatalog(): Promise<CatalogEntry[]> {
  const { models } = (await readMediaJson('catalog.json')) as { models: Listed[] };
  const published = (await readMediaJson('published.json')) as { models: Record<string, Published> };
  return models.map(({ preprocessing, imagenetTop1, ...listed }) => ({
    ...listed,
    ...published.models[listed.name]!,
    imagenetTop1: imagenetTop1 / 100,
    preprocessing: preprocessing.mean ? 'torchvision' : 'tf-lite',
    recipe: {
      resizeShort: preprocessing.resize ?? 256,
      crop: preprocessing.crop ?? 224,
      // EfficientNet was trained and measured with bicubic, the others with bilinear resampling.
      kernel: preprocessing.mean ? 'linear' : 'cubic',
    },
  }));
}

/** The entry a file or a name belongs to. */
export const catalogEntry = (catalog: readonly CatalogEntry[], nameOrFile: string): CatalogEntry | undefined =>
  catalog.find(({ name, file }) => nameOrFile === name || nameOrFile === file);

/**
 * Addresses of an entry's file, in the order they are tried: those of HEADWAY_MIRRORS (templates separated by commas or spaces), then
 * ours. In a template {file} is the file's name, {stem} that without its ending, {zooPath} the path in the Model Zoo.
 */
export async function mirrorsOf(entry: CatalogEntry, env: NodeJS.ProcessEnv): Promise<string[]> {
  const own = (env.HEADWAY_MIRRORS ?? '').split(/[\s,]+/).filter(text => text !== '');
  const ours = (await readMediaJson('mirrors.json')) as string[];
  const { file, zooPath } = entry;
  return [...own, ...ours].map(template =>
    template
      .replaceAll('{file}', file)
      .replaceAll('{stem}', file.replace(/\.onnx$/, ''))
      .replaceAll('{zooPath}', zooPath),
  );
}
