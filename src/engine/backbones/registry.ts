import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { packageRoot } from '../entry.ts';
import type { ImageRecipe } from '../images/decode.ts';

/** A tensor at which the backbone can be cut: what comes before it is frozen. */
export interface BackboneBoundary {
  name: string;
  tensor: string;
  /** Without the batch. */
  dims: number[];
}

/** A pre-trained network and all that is needed to use it. The descriptor lies beside its file, as JSON. */
export interface Backbone {
  name: string;
  title: string;
  /** Absolute path of the ONNX file. Read it through `readBackboneModel`, which checks it. */
  file: string;
  /** SHA-256 of the file, hex. */
  sha256: string;
  license: string;
  /** Published accuracy on the 50,000 ImageNet validation images, 0..1. */
  imagenetTop1: number;
  /** uint8 RGB [batch, height, width, 3]. */
  input: { name: string; height: number; width: number };
  recipe: ImageRecipe;
  boundaries: BackboneBoundary[];
  /** The last feature map, [batch, C, H, W]. */
  featureMap: string;
  /** Tensor of the 1,000 ImageNet logits [batch, 1000]. */
  logits: string;
}

const EMBEDDED = ['efficientnet-lite0'] as const;

export const backboneNames = (): readonly string[] => EMBEDDED;

/** Throws HeadwayError: `not-found` for an unknown name, `engine` when the installation is damaged. */
export async function getBackbone(name: string): Promise<Backbone> {
  if (!EMBEDDED.some(known => known === name))
    throw new HeadwayError('not-found', `There is no backbone "${name}"; there is ${EMBEDDED.join(', ')}.`);
  const folder = mediaFolder();
  const descriptor = JSON.parse(await readMedia(path.join(folder, `${name}.json`), 'utf8')) as Backbone;
  return { ...descriptor, file: path.join(folder, descriptor.file) };
}

const verified = new Set<string>();

/** The bytes of the ONNX file; its SHA-256 is checked once per process. Throws HeadwayError('engine') for a damaged file. */
export async function readBackboneModel(backbone: Backbone): Promise<Uint8Array> {
  const bytes = await readMedia(backbone.file);
  if (!verified.has(backbone.file)) {
    const found = hash('sha256', bytes, 'hex');
    if (found !== backbone.sha256)
      throw new HeadwayError('engine', `${backbone.file} is damaged (SHA-256 ${found}); install Headway again.`);
    verified.add(backbone.file);
  }
  return bytes;
}

/** Names of the 1,000 ImageNet classes in the order of the logits. */
export async function imagenetClasses(): Promise<string[]> {
  const text = await readMedia(path.join(mediaFolder(), 'imagenet-classes.csv'), 'utf8');
  const rows = parse<{ name: string }>(text, { columns: true, bom: true, skip_empty_lines: true });
  return rows.map(row => row.name);
}

const mediaFolder = (): string => path.join(packageRoot(), 'media', 'backbones');

async function readMedia(file: string): Promise<Uint8Array>;
async function readMedia(file: string, encoding: 'utf8'): Promise<string>;
async function readMedia(file: string, encoding?: 'utf8'): Promise<string | Uint8Array> {
  try {
    return encoding ? await readFile(file, encoding) : await readFile(file);
  } catch (error) {
    throw new HeadwayError('engine', `${file} cannot be read (${messageOf(error)}); install Headway again.`, {
      cause: error,
    });
  }
}
