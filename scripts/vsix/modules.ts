import { cpSync, existsSync, globSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** The parts of a package that run. */
interface Part {
  readonly name: string;
  /** Glob patterns inside the package, besides its package.json and licence. */
  readonly files: readonly string[];
}

/** What the engine's bundle leaves outside (esbuild.mjs) and their own dependencies, for one platform. */
function parts(platform: NodeJS.Platform, arch: string): Part[] {
  const at = `${platform}-${arch}`;
  return [
    { name: 'sharp', files: ['dist/*.{cjs,mjs}'] },
    { name: `@img/sharp-${at}`, files: ['**'] },
    // Windows has libvips inside the package above.
    ...(platform === 'win32' ? [] : [{ name: `@img/sharp-libvips-${at}`, files: ['lib/*.*', 'versions.json'] }]),
    { name: '@img/colour', files: ['*.cjs'] },
    { name: 'detect-libc', files: ['lib/*.js'] },
    { name: 'semver', files: ['**/*.js'] },
    { name: 'koffi', files: ['ind{ex,irect}.{js,cjs}', 'src/koffi/**/*.{js,cjs}'] },
    { name: `@koromix/koffi-${at}`, files: ['index.js', `${platform}_${arch}/*`] },
    { name: 'onnxruntime-common', files: ['dist/{cjs,esm}/**/*.{js,json}'] },
    { name: 'onnxruntime-node', files: ['dist/*.js', `bin/napi-v6/${platform}/${arch}/*`] },
    // The fallback where no native library loads.
    { name: 'onnxruntime-web', files: ['dist/ort.node.min.{js,mjs}', 'dist/ort-wasm-simd-threaded.{mjs,wasm}'] },
  ];
}

/**
 * Copies the packages with native parts, cut down to what runs on one platform.
 * @param from a `node_modules` folder with everything installed
 * @param to the `node_modules` folder to fill
 * @throws where a package or one of its parts is missing, so that no VSIX is made that cannot run
 */
export function copyModules(from: string, to: string, platform: NodeJS.Platform, arch: string): void {
  for (const { name, files } of parts(platform, arch)) {
    const source = path.join(from, name);
    if (!existsSync(source))
      throw new Error(`${name} is not installed: run \`npm ci --ignore-scripts\` on ${platform}-${arch}.`);
    for (const pattern of files)
      if (globSync(pattern, { cwd: source }).length === 0) throw new Error(`${name} has no ${pattern}`);
    const all = globSync(['package.json', 'LICENSE*', ...files], { cwd: source, withFileTypes: true });
    for (const entry of all) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const target = path.join(to, name, path.relative(source, file));
      mkdirSync(path.dirname(target), { recursive: true });
      cpSync(file, target);
    }
  }
}
