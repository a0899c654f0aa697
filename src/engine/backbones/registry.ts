/** The backbones that can be used here: embedded, downloaded and imported ones. */
import { hash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { HeadwayError, messageOf } from '../../shared/errors.ts';
import { isMissing, isTemporaryName, readJson } from '../files/atomic.ts';
import { backbonesFolder, checkBackboneName, type Backbone } from './backbone.ts';
import { mediaFolder, readMedia, readMediaJson } from './media.ts';

export type { Backbone, BackboneBoundary } from './backbone.ts';

const EMBEDDED = ['efficientnet-lite0', 'efficientnet-lite0-int8'] as const;

export const MODEL_FILE = 'model.onnx';
export const DESCRIPTOR_FILE = 'backbone.json';

export const isEmbedded = (name: string): boolean => EMBEDDED.some(known => known === name);

export interface Places {
  /** The engine's cache folder; without it only the embedded backbones are found. */
  directory?: string | undefined;
}

/** Names of all that can be used at once: embedded first, then the others by name. */
export async function backboneNames({ directory }: Places = {}): Promise<string[]> {
  return [...EMBEDDED, ...(directory === undefined ? [] : await installedNames(directory))];
}

async function installedNames(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(backbonesFolder(directory), { withFileTypes: true });
    return entries.flatMap(e => (e.isDirectory() && !isTemporaryName(e.name) ? [e.name] : [])).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw new HeadwayError('io', `${backbonesFolder(directory)} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Throws HeadwayError: `not-found` for an unknown name, `engine` when the installation is damaged, `data` when a downloaded or imported
 * one is.
 */
export async function getBackbone(name: string, places: Places = {}): Promise<Backbone> {
  if (isEmbedded(name)) {
    const descriptor = (await readMediaJson(`${name}.json`)) as Backbone;
    return { ...descriptor, file: path.join(mediaFolder(), descriptor.file) };
  }
  const names = await backboneNames(places);
  if (!names.includes(name) || places.directory === undefined)
    throw new HeadwayError('not-found', `There is no backbone "${name}"; there is ${names.join(', ')}. \`headway backbones\` lists those to be had.`); // prettier-ignore
  const folder = path.join(backbonesFolder(places.directory), name);
  return checkDescriptor(await readJson(path.join(folder, DESCRIPTOR_FILE)), folder, name);
}

function checkDescriptor(value: unknown, folder: string, name: string): Backbone {
  const d = (value ?? {}) as Partial<Backbone>;
  const whole =
    d.name === name &&
    typeof d.sha256 === 'string' &&
    typeof d.featureMap === 'string' &&
    Array.isArray(d.boundaries) &&
    Array.isArray(d.layers) &&
    typeof d.input?.height === 'number' &&
    typeof d.recipe?.crop === 'number';
  if (!whole) throw new HeadwayError('data', `${path.join(folder, DESCRIPTOR_FILE)} is damaged; ${again(name)}`);
  return { ...(d as Backbone), file: path.join(folder, MODEL_FILE) };
}

const again = (name: string): string => `remove the backbone with \`headway backbones remove ${name}\` and get it again.`; // prettier-ignore

const verified = new Set<string>();

/** The bytes of the ONNX file; its SHA-256 is checked once per process. Throws HeadwayError for a damaged file. */
export async function readBackboneModel(backbone: Backbone): Promise<Uint8Array> {
  const { file, sha256, name } = backbone;
  const embedded = isEmbedded(name);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new HeadwayError(
      embedded ? 'engine' : 'data',
      `${file} cannot be read (${messageOf(error)}); ${embedded ? 'install Headway again.' : again(name)}`,
      { cause: error },
    );
  }
  const key = `${file} ${sha256}`;
  if (!verified.has(key)) {
    const found = hash('sha256', bytes, 'hex');
    if (found !== sha256)
      throw new HeadwayError(
        embedded ? 'engine' : 'data',
        `${file} is damaged (SHA-256 ${found}); ${embedded ? 'install Headway again.' : again(name)}`,
      );
    verified.add(key);
  }
  return bytes;
}

/** Deletes a downloaded or imported backbone. Throws HeadwayError: `not-found`, `invalid` for an embedded one. */
export async function removeBackbone(name: string, directory: string): Promise<void> {
  if (isEmbedded(name)) throw new HeadwayError('invalid', `"${name}" is part of Headway and cannot be removed.`);
  checkBackboneName(name);
  if (!(await installedNames(directory)).includes(name))
    throw new HeadwayError('not-found', `There is no backbone "${name}" to remove.`);
  await rm(path.join(backbonesFolder(directory), name), { recursive: true });
}

/** Names of the 1,000 ImageNet classes in the order of the logits. */
export async function imagenetClasses(): Promise<string[]> {
  const text = await readMedia('imagenet-classes.csv');
  const rows = parse<{ name: string }>(text, { columns: true, bom: true, skip_empty_lines: true });
  return rows.map(row => row.name);
}
