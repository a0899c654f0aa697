// Takes the pictures of docs/images: every panel of the packaged extension in a dark, a light and a high-contrast theme.
//   npm run shots [-- NAME...]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { startBrowser } from '../test/harness/browser.ts';
import { ROOT } from '../test/harness/paths.ts';
import { startServer } from '../test/harness/server.ts';
import { type Theme, THEMES } from '../test/harness/settings.ts';
import { packagedExtension } from '../test/harness/vsix.ts';
import { screenshot, waitWorkbench } from '../test/harness/workbench.ts';
import { type Panel, PANELS } from './shots/panels.ts';

const IMAGES = path.join(ROOT, 'docs/images');

/** Runs a Node program with its output shown; where it fails, that is the end. */
function run(args: readonly string[], cwd: string): void {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status ?? 'a signal'}`);
}

/** Takes the pictures in one theme. */
async function shoot(theme: Theme, panels: readonly Panel[], workspace: string, vsix: string): Promise<void> {
  const server = await startServer({ vsix, theme });
  try {
    const browser = await startBrowser({ scale: 2 });
    try {
      const { page } = browser;
      await page.goto(server.url(workspace));
      await waitWorkbench(page);
      for (const { name, open } of panels) {
        await open(page);
        const file = path.join(IMAGES, `${name}-${theme}.png`);
        // Where no hint is shown for what lies under the mouse.
        await page.mouse.move(0, 0);
        await screenshot(page, file);
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
  run([path.join(ROOT, 'dist/engine/main.mjs'), 'demo', workspace, '--cache', path.join(folder, 'cache')], folder);
  for (const theme of Object.keys(THEMES) as Theme[]) await shoot(theme, panels, workspace, vsix);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
