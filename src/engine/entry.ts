/** Where the engine's program and its version are found, from source and from the bundle alike. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the package (holds package.json and media/): two levels above src/engine and dist/engine, three above chunks. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('package.json of Headway was not found above the engine');
    folder = parent;
  }
  return folder;
}

export function headwayVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** The engine's program: the bundle, or the source when it runs from source. */
export function mainScript(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? path.join(path.dirname(here), 'main.ts')
    : path.join(packageRoot(), 'dist', 'engine', 'main.mjs');
}

export const probeCommand = (): string[] => [mainScript(), 'probe'];

/** Environment for child processes: under VS Code's desktop build `process.execPath` is Electron, which then acts as Node. */
export const nodeEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, ELECTRON_RUN_AS_NODE: '1' });
