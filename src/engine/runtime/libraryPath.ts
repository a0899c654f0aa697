import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { RuntimeError } from './runtime.ts';

export interface RuntimeLibrary {
  /** Absolute: Windows has an `onnxruntime.dll` of its own that a bare name would find. */
  path: string;
  /** Version of the package that carries it. */
  version: string;
}

const FILE_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/**
 * The shared library that `onnxruntime-node` carries for this platform.
 * Throws RuntimeError where it carries none.
 */
export function findRuntimeLibrary(): RuntimeLibrary {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const bin = path.join(path.dirname(manifest), 'bin');
  const fileName = FILE_NAMES[process.platform];
  for (const folder of readdirSync(bin).filter(name => name.startsWith('napi-v'))) {
    const file = path.join(bin, folder, process.platform, process.arch, fileName ?? '');
    if (fileName && existsSync(file)) return { path: file, version };
  }
  throw new RuntimeError(`onnxruntime-node ${version} has no library for ${process.platform}-${process.arch}.`, 1);
}
