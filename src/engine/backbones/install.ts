/** Brings a backbone into the user's folder: from the catalogue, or from a file. */
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isPreprocessing, PREPROCESSINGS, type Preprocessing } from '../../shared/backbone.ts';
import { HeadwayError, throwIfAborted } from '../../shared/errors.ts';
import type { Progress } from '../../shared/experiment.ts';
import { writeFileAtomic, writeJson } from '../files/atomic.ts';
import { ProgressMeter } from '../files/progress.ts';
import { writeGraph } from '../graph/write.ts';
import type { ImageRecipe } from '../images/decode.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { backbonesFolder, checkBackboneName, type Backbone } from './backbone.ts';
import { catalogEntry, mirrorsOf, readCatalog, type CatalogEntry } from './catalog.ts';
import { download } from './download/download.ts';
import { importGraph, type ImportedGraph, type ImportOptions } from './import/importGraph.ts';
import { readModelFile } from './import/modelFile.ts';
import { proveNetwork } from './import/prove.ts';
import { DESCRIPTOR_FILE, getBackbone, isEmbedded, MODEL_FILE } from './registry.ts';

export interface InstallContext {
  /** The engine's cache folder. */
  directory: string;
  /** Runs the network once before it is accepted. */
  runtime: Runtime;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}

/** Downloads a backbone of the catalogue. Throws HeadwayError, CancelledError (a later call goes on where this one stopped). */
export async function downloadBackbone(name: string, context: InstallContext): Promise<Backbone> {
  const catalog = await readCatalog();
  const entry = catalogEntry(catalog, name);
  if (!entry)
    throw new HeadwayError('not-found', `"${name}" is not in the catalogue; there is ${catalog.map(e => e.name).join(', ')}.`); // prettier-ignore
  return installEntry(entry, await mirrorsOf(entry, context.env ?? process.env), context);
}

/** Progress is counted in megabytes. */
const MEGABYTE = 1e6;

export async function installEntry(
  entry: CatalogEntry,
  urls: readonly string[],
  context: InstallContext,
): Promise<Backbone> {
  const { directory, signal, onProgress, env } = context;
  const file = path.join(backbonesFolder(directory), '.downloads.tmp', entry.file);
  const total = Math.ceil(entry.bytes / MEGABYTE);
  let meter: ProgressMeter | undefined;
  let shown = 0;
  await download({
    urls,
    sha256: entry.sha256,
    bytes: entry.bytes,
    file,
    signal,
    env,
    onProgress: done => {
      const now = Math.ceil(done / MEGABYTE);
      meter ??= new ProgressMeter('download', total, onProgress, now - 1);
      if (now <= shown) return;
      meter.add(shown === 0 ? 1 : now - shown);
      shown = now;
    },
  });
  const backbone = await install(file, entry.name, 'downloaded', optionsOf(entry), entry, context);
  await rm(file);
  return backbone;
}

const optionsOf = ({ preprocessing, recipe }: CatalogEntry): ImportOptions => ({ preprocessing, size: recipe.crop });

export interface ImportRequest {
  file: string;
  /** Default: the file's name. */
  name?: string | undefined;
  preprocessing?: Preprocessing | undefined;
  layout?: 'NCHW' | 'NHWC' | undefined;
  /** Edge of the images in pixels, for models that leave it open. */
  size?: number | undefined;
  license?: string | undefined;
}

/**
 * Imports an ONNX file. A file of the catalogue needs no preprocessing; one that only bears a catalogue's name is refused. Throws
 * HeadwayError, CancelledError.
 */
export async function importBackbone(request: ImportRequest, context: InstallContext): Promise<Backbone> {
  const file = path.resolve(request.file);
  const catalog = await readCatalog();
  const base = path.basename(file);
  const claimed = catalogEntry(catalog, request.name ?? '') ?? catalogEntry(catalog, base) ?? catalogEntry(catalog, base.replace(/\.onnx$/i, '')); // prettier-ignore
  if (claimed) {
    const found = await sha256Of(file, context.signal);
    if (found !== claimed.sha256)
      throw new HeadwayError(
        'data',
        `${file} is not the catalogue's ${claimed.name}: its SHA-256 is ${found}, not ${claimed.sha256}. Download it again, or rename the file and import it under another name.`,
      );
    return install(file, claimed.name, 'downloaded', optionsOf(claimed), claimed, context);
  }
  const name = request.name ?? nameFrom(base);
  checkBackboneName(name);
  if (isEmbedded(name)) throw new HeadwayError('invalid', `"${name}" is the name of an embedded backbone; give another one with --name.`); // prettier-ignore
  const { preprocessing, layout, size } = request;
  if (preprocessing === undefined || !isPreprocessing(preprocessing)) {
    // What is no model at all is told first: no preprocessing would help it.
    await readModelFile(file, context.signal);
    throw new HeadwayError(
      'invalid',
      `How the model's pixels are prepared cannot be told from the file; give --preprocessing: ${Object.entries(
        PREPROCESSINGS,
      )
        .map(([key, text]) => `${key} (${text})`)
        .join('; ')}.`,
    );
  }
  const options = { preprocessing, ...(layout && { layout }), ...(size !== undefined && { size }) };
  return install(file, name, 'imported', options, { license: request.license ?? 'unknown' }, context);
}

const nameFrom = (base: string): string =>
  base
    .replace(/\.onnx$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[.]+$/g, '');

async function sha256Of(file: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(file)) {
      throwIfAborted(signal);
      sum.update(chunk as Buffer);
    }
    return sum.digest('hex');
  } catch (error) {
    if (error instanceof HeadwayError) throw error;
    throw new HeadwayError('not-found', `${file} cannot be read.`, { cause: error });
  }
}

type Known = Partial<Pick<CatalogEntry, 'title' | 'imagenetTop1' | 'recipe' | 'note'>> & { license: string };

async function install(
  file: string,
  name: string,
  kind: 'downloaded' | 'imported',
  options: ImportOptions,
  known: Known,
  { directory, runtime, signal }: InstallContext,
): Promise<Backbone> {
  const model = await readModelFile(file, signal);
  const imported = await about(file, async () => {
    const result = importGraph(model.graph, options);
    await proveNetwork(runtime, result, signal);
    return result;
  });
  const bytes = writeGraph(imported.graph);
  const { height } = imported.facts.input;
  const descriptor: Backbone = {
    name,
    title: known.title ?? name,
    file: MODEL_FILE,
    sha256: hash('sha256', bytes, 'hex'),
    license: known.license,
    ...(known.imagenetTop1 !== undefined && { imagenetTop1: known.imagenetTop1 }),
    ...(known.note !== undefined && { note: known.note }),
    ...imported.facts,
    recipe: known.recipe ?? usualRecipe(height),
    origin: { kind, file: path.basename(file), sha256: model.sha256, preprocessing: options.preprocessing },
  };
  throwIfAborted(signal);
  await place(path.join(backbonesFolder(directory), name), bytes, descriptor);
  return getBackbone(name, { directory });
}

/** The centre of 224/256 of the short side, as nearly all ImageNet networks are measured. */
const usualRecipe = (size: number): ImageRecipe => ({
  resizeShort: Math.round((size * 256) / 224),
  crop: size,
  kernel: 'linear',
});

/** Names the file in what importing has to say about "it". */
async function about(file: string, work: () => Promise<ImportedGraph>): Promise<ImportedGraph> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HeadwayError) || error.code === 'cancelled') throw error;
    throw new HeadwayError(error.code, `${file} cannot be used as a backbone. ${error.message}`, { cause: error });
  }
}

/** The folder appears whole or not at all; one of the same name is replaced. */
async function place(folder: string, bytes: Uint8Array, descriptor: Backbone): Promise<void> {
  const temporary = path.join(path.dirname(folder), `.${path.basename(folder)}-${process.pid}.tmp`);
  await mkdir(temporary, { recursive: true });
  try {
    await writeFileAtomic(path.join(temporary, MODEL_FILE), bytes);
    await writeJson(path.join(temporary, DESCRIPTOR_FILE), descriptor);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
