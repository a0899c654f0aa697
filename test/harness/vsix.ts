import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.ts';

/** The packaged extension: the file that HEADWAY_VSIX names, else one made from the sources (at once where nothing has changed). */
export function packagedExtension(): string {
  const given = process.env.HEADWAY_VSIX;
  if (given !== undefined) return given;
  const file = path.join(ROOT, 'out/e2e/headway.vsix');
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/package.ts'), '--out', file], { stdio: 'inherit' });
  return file;
}
