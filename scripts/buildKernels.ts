// Compiles the WebAssembly kernels: node scripts/buildKernels.ts. The result is kept in the repository, so that the engine also runs from source.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import asc from 'assemblyscript/asc';

const FOLDER = path.resolve(import.meta.dirname, '../src/engine/train/kernels');
const OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--sharedMemory',
  '--maximumMemory',
  '65536',
];
const FEATURES = ['simd', 'threads'].flatMap(name => ['--enable', name]);

/** The module that holds the compiled kernel, as it should be in the repository. */
export async function compiledKernel(): Promise<string> {
  const source = readFileSync(path.join(FOLDER, 'adam.as'), 'utf8');
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(['adam.ts', '-o', 'adam.wasm', ...OPTIONS, ...FEATURES], {
    readFile: name => (name === 'adam.ts' ? source : null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error ?? !binary) throw new Error('The kernel does not compile.', { cause: error });
  const text = Buffer.from(binary).toString('base64');
  return `/** Built from adam.as by scripts/buildKernels.ts; WebAssembly in base64. */\nexport const ADAM_BINARY =\n  '${text}';\n`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(FOLDER, 'adamBinary.ts'), await compiledKernel());
