import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Problem } from '../../shared/dataset.ts';
import { messageOf } from '../../shared/errors.ts';
import { isMissing } from '../files/atomic.ts';
import { isImageName } from '../images/sniff.ts';
import { splitOfName, type Entry, type Listing } from './entry.ts';

/** `<class>/…/picture`: the class is the first folder, folders within it have no meaning. */
export async function listClassFolders(source: string): Promise<Listing> {
  const listing = emptyListing('folders', source);
  await addClasses(listing, '', {});
  listing.problems.push(...unlabelled(await looseImages(source, '')));
  return listing;
}

/** `<train|val|test>/<class>/…/picture`. Other folders beside them are left out. */
export async function listSplitFolders(source: string): Promise<Listing> {
  const listing = emptyListing('split-folders', source);
  const loose = await looseImages(source, '');
  for (const name of await folderNames(source)) {
    const split = splitOfName(name);
    if (!split) continue;
    await addClasses(listing, name, { split });
    loose.push(...(await looseImages(source, name)));
  }
  const filled = new Set(listing.entries.map(e => e.label));
  listing.emptyClasses = [...new Set(listing.emptyClasses)].filter(name => !filled.has(name));
  listing.problems.push(...unlabelled(loose));
  return listing;
}

/** Sub-folders by name, sorted, hidden ones left out, links to folders included. */
export async function folderNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const item of await children(folder)) if (item.isFolder) names.push(item.name);
  return names;
}

async function addClasses(listing: Listing, under: string, fixed: Pick<Entry, 'split'>): Promise<void> {
  for (const label of await folderNames(path.join(listing.root, under))) {
    const relative = under === '' ? label : `${under}/${label}`;
    const before = listing.entries.length;
    for await (const file of walk(listing, relative, [])) listing.entries.push({ path: file, label, ...fixed });
    if (listing.entries.length === before) listing.emptyClasses.push(label);
  }
}

/** Pictures below `relative`, sorted by name. A link that leads back to a folder it lies in is not followed. */
async function* walk(listing: Listing, relative: string, above: readonly string[]): AsyncGenerator<string> {
  const folder = path.join(listing.root, relative);
  let items: Child[];
  let real: string;
  try {
    real = await realpath(folder);
    items = await children(folder);
  } catch (error) {
    listing.problems.push({
      kind: 'unreadable',
      paths: [relative],
      message: `The folder ${relative} cannot be read (${messageOf(error)}).`,
    });
    return;
  }
  if (above.includes(real)) return;
  for (const { name, isFolder } of items) {
    if (isFolder) yield* walk(listing, `${relative}/${name}`, [...above, real]);
    else if (isImageName(name)) yield `${relative}/${name}`;
  }
}

async function looseImages(root: string, under: string): Promise<string[]> {
  const items = await children(path.join(root, under));
  return items
    .filter(item => !item.isFolder && isImageName(item.name))
    .map(item => (under === '' ? item.name : `${under}/${item.name}`));
}

interface Child {
  name: string;
  isFolder: boolean;
}

/** Names sorted by code unit, so that the order is the same on every system. Hidden names are left out. */
async function children(folder: string): Promise<Child[]> {
  const items: Child[] = [];
  for (const item of await readdir(folder, { withFileTypes: true })) {
    if (item.name.startsWith('.') || item.name === '__MACOSX') continue;
    const isFolder = item.isSymbolicLink() ? await isFolderLink(path.join(folder, item.name)) : item.isDirectory();
    items.push({ name: item.name, isFolder });
  }
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isFolderLink(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory();
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ELOOP')) return false;
    throw error;
  }
}

function unlabelled(paths: string[]): Problem[] {
  if (paths.length === 0) return [];
  const what = paths.length === 1 ? `${paths[0]} lies` : `${paths.length} pictures, e.g. ${paths[0]}, lie`;
  return [{ kind: 'unlabelled', paths, message: `${what} in no class folder and has no label; move it into one.` }];
}

function emptyListing(layout: 'folders' | 'split-folders', source: string): Listing {
  return { layout, source, root: source, entries: [], emptyClasses: [], hasGroups: false, problems: [] };
}
