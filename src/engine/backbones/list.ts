import { stat } from 'node:fs/promises';
import type { BackboneEntry } from '../../shared/backbone.ts';
import type { Store } from '../store/store.ts';
import { readCatalog, type CatalogEntry } from './catalog.ts';
import { backboneNames, getBackbone, type Backbone } from './registry.ts';
import { speedOf } from './speed.ts';

/** Embedded, installed and, at the end, downloadable backbones. `problems` hears of those that cannot be used. */
export async function listBackbones(
  directory: string,
  store: Store,
  problems: (sentence: string) => void,
): Promise<BackboneEntry[]> {
  const entries: BackboneEntry[] = [];
  for (const name of await backboneNames({ directory })) {
    try {
      entries.push(await installedEntry(await getBackbone(name, { directory }), store));
    } catch (error) {
      problems(error instanceof Error ? error.message : String(error));
    }
  }
  const present = new Set(entries.map(e => e.name));
  const rest = (await readCatalog()).filter(({ name }) => !present.has(name));
  return [...entries, ...rest.map(catalogueEntry)];
}

/** What is told of a backbone that is here. */
export async function installedEntry(backbone: Backbone, store: Store): Promise<BackboneEntry> {
  const { name, title, sha256, license, imagenetTop1, parameters, flops, note, layers, origin } = backbone;
  const imagesPerSecond = speedOf(store, backbone);
  return {
    name,
    title,
    state: origin ? 'installed' : 'embedded',
    source: origin?.kind ?? 'embedded',
    bytes: (await stat(backbone.file)).size,
    sha256,
    license,
    ...(imagenetTop1 !== undefined && { imagenetTop1 }),
    parameters,
    gflops: flops / 1e9,
    ...(imagesPerSecond !== undefined && { imagesPerSecond }),
    frozenOnly: backbone.frozenOnly ?? false,
    ...(note !== undefined && { note }),
    layers,
  };
}

const catalogueEntry = ({ name, title, bytes, sha256, license, imagenetTop1, parameters, gflops, note }: CatalogEntry): BackboneEntry => ({
  name,
  title,
  state: 'available',
  source: 'catalogue',
  bytes,
  sha256,
  license,
  imagenetTop1,
  ...(parameters !== undefined && { parameters }),
  ...(gflops !== undefined && { gflops }),
  frozenOnly: name.endsWith('-int8'),
  ...(note !== undefined && { note }),
  layers: [],
}); // prettier-ignore
