/** Which folder holds `.headway`: the first that has one, else the first. `exists` tells whether a path is a folder. */
import path from 'node:path';

export const STORE = '.headway';

export async function chooseRoot(
  folders: readonly string[],
  exists: (path: string) => Promise<boolean>,
): Promise<{ root: string; hasStore: boolean } | undefined> {
  for (const root of folders) if (await exists(path.join(root, STORE))) return { root, hasStore: true };
  const root = folders[0];
  return root === undefined ? undefined : { root, hasStore: false };
}

/** Which part of the store a file belongs to, by its path relative to `.headway`. */
export function partOf(relative: string): 'datasets' | 'experiments' | undefined {
  const first = relative.split(/[\\/]/)[0];
  return first === 'datasets' || first === 'experiments' ? first : undefined;
}
