// Takes the pictures of docs/images: every panel of the packaged extension in a dark, a light and a high-contrast theme.
//   npm run shots [-- NAME...]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import sharp from 'sharp';
import { startBrowser } from '../test/harness/browser.ts';
import { ROOT } from '../test/harness/paths.ts';
import { startServer } from '../test/harness/server.ts';
import { type Theme, THEMES } from '../test/harness/settings.ts';
import { packagedExtension } from '../test/harness/vsix.ts';
import { waitWorkbench } from '../test/harness/workbench.ts';
import { type Panel, PANELS } from './shots/panels.ts';

const IMAGES = path.join(ROOT, 'docs/images');

/** Runs a Node program with its output shown; where it fails, that is the end. */
function run(args: readonly string[], cwd: string): void {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status ?? 'a signal'}`);
}

/** Where the pictures are taken, all absolute paths. */
interface Place {
  /** For copies of the workspace. */
  readonly folder: string;
  readonly workspace: string;
  readonly cache: string;
  readonly vsix: string;
}

/** Device pixels per CSS pixel in the files: sharp on most screens, and small enough for a repository. */
const FILE_SCALE = 1.25;

/** Writes a picture taken at twice the size with fewer pixels and colours. */
async function small(picture: Buffer, file: string): Promise<void> {
  const { width } = await sharp(picture).metadata();
  await sharp(picture)
    .resize({ width: Math.round((width / 2) * FILE_SCALE) })
    .png({ palette: true, colours: 160, effort: 10 })
    .toFile(file);
}

/** Takes the pictures in one theme. */
async function shoot(theme: Theme, panels: readonly Panel[], place: Place): Promise<void> {
  // A panel may leave runs behind; every theme begins with the same ones.
  const workspace = path.join(place.folder, theme, 'garden');
  cpSync(place.workspace, workspace, { recursive: true, preserveTimestamps: true });
  const settings = { 'headway.cache.directory': place.cache };
  const server = await startServer({ vsix: place.vsix, theme, settings });
  try {
    const browser = await startBrowser({ scale: 2 });
    try {
      const { page } = browser;
      await page.goto(server.url(workspace));
      await waitWorkbench(page);
      for (const { name, open, part } of panels) {
        await open(page);
        const file = path.join(IMAGES, `${name}-${theme}.png`);
        // Where no hint is shown for what lies under the mouse.
        await page.mouse.move(0, 0);
        const shown = part?.(page) ?? page.locator('body');
        await small(await shown.screenshot({ animations: 'disabled' }), file);
        console.log(path.relative('', file));
      }
    } finally {
      await browser.stop();
    }
  } finally {
    await server.stop();
  }
}

const names = process.argv.slice(2);
// All panels up to the last one asked for: each starts from what the one before it left.
const last = PANELS.findLastIndex(p => names.includes(p.name));
const panels = names.length > 0 ? PANELS.slice(0, last + 1) : PANELS;
if (panels.length === 0) throw new Error(`no such picture; there are: ${PANELS.map(p => p.name).join(', ')}`);

run([path.join(ROOT, 'test/harness/setup.mjs')], ROOT);
const vsix = packagedExtension();
const folder = mkdtempSync(path.join(tmpdir(), 'headway-shots-'));
try {
  mkdirSync(IMAGES, { recursive: true });
  const workspace = path.join(folder, 'garden');
  const cache = path.join(folder, 'cache');
  run([path.join(ROOT, 'dist/engine/main.mjs'), 'demo', workspace, '--cache', cache], folder);
  const place = { folder, workspace, cache, vsix };
  for (const theme of Object.keys(THEMES) as Theme[]) await shoot(theme, panels, place);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
