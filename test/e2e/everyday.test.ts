// What happens to people on other days, in the packaged extension: no mouse, other themes, a reload in the middle of a run, an engine
// that dies. The tests build on one another.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { seriousFindings } from '../harness/axe.ts';
import { eventually } from '../harness/eventually.ts';
import { ROOT } from '../harness/paths.ts';
import { type Theme, THEMES } from '../harness/settings.ts';
import { openViewContainer, quickInput, quickPickRow, runCommand, toast, webview } from '../harness/workbench.ts';
import { MISLABELLED, writeSigns } from './signs.ts';
import {
  editorTab,
  expectPictures,
  openWindow,
  processes,
  reload,
  textOf,
  treeRow,
  typeCommand,
  type Window,
} from './window.ts';

/** What VS Code puts on a webview's body. */
const BODY_CLASS = { dark: 'vscode-dark', light: 'vscode-light', highContrast: 'vscode-high-contrast' };

suite('everyday use', () => {
  let window: Window;
  let page: Page;
  const step = (name: string, steps: () => Promise<void>) => test(name, () => window.steps(name, steps));
  const focused = () => webview(page).locator(':focus');

  before(async () => {
    window = await openWindow(async workspace => {
      await writeSigns(workspace);
      const main = path.join(ROOT, 'dist/engine/main.mjs');
      const args = ['dataset', 'add', 'signs', '--cache', path.join(workspace, 'cache')];
      execFileSync(process.execPath, [main, ...args], { cwd: workspace });
    });
    ({ page } = window);
  });
  after(() => window.close());

  step('the keyboard alone trains, walks the panel and opens an image', async () => {
    await openViewContainer(page, 'Headway');
    await treeRow(page, /^signs/).waitFor();
    await typeCommand(page, 'Headway: Train Head');
    await quickPickRow(page, '512-64').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /Train, 512-64 on signs/ }).waitFor();
    await page.keyboard.press('Enter');
    const panel = webview(page);
    const grid = panel.getByRole('grid', { name: /^Wrongly predicted/ });
    await grid.waitFor({ timeout: 120_000 });
    const wrong = parseInt(await textOf(panel.locator('.shown'), /^\d+ shown/));
    assert.ok(wrong >= MISLABELLED, `${wrong} are wrong`);
    const visited: string[] = [];
    for (let i = 0; i < 20 && visited.at(-1) !== 'grid'; i++) {
      await page.keyboard.press('Tab');
      const name = await focused()
        .evaluate(e => e.getAttribute('role') ?? e.getAttribute('aria-label') ?? e.textContent)
        .catch(() => '');
      visited.push(name);
    }
    assert.equal(visited.at(-1), 'grid', `Tab went to: ${visited.join(', ')}`);
    const active = () => grid.getAttribute('aria-activedescendant');
    assert.equal(await active(), 'tile-0');
    await page.keyboard.press('ArrowRight');
    assert.equal(await active(), 'tile-1');
    await page.keyboard.press('End');
    assert.equal(await active(), `tile-${wrong - 1}`);
    await page.keyboard.press('Enter');
    await editorTab(page, /\.png/).waitFor();
    await typeCommand(page, 'View: Close Editor');
    await editorTab(page, /\.png/).waitFor({ state: 'detached' });
  });

  for (const theme of Object.keys(THEMES) as Theme[])
    step(`axe finds nothing serious in the result panel (${THEMES[theme]})`, async () => {
      mkdirSync(path.join(window.workspace, '.vscode'), { recursive: true });
      const settings = { 'workbench.colorTheme': THEMES[theme] };
      writeFileSync(path.join(window.workspace, '.vscode/settings.json'), JSON.stringify(settings));
      const panel = webview(page);
      await panel.locator(`body.${BODY_CLASS[theme]}`).waitFor();
      await panel.getByRole('grid').waitFor();
      assert.deepEqual(await seriousFindings(page, ['iframe.webview.ready', '#active-frame', 'body']), []);
    });

  step('a run goes on while the window is loaded again, and is stopped from the tree', async () => {
    await runCommand(page, 'Headway: Train Head');
    await quickPickRow(page, '512-64').first().waitFor();
    await page.keyboard.press('Enter');
    for (const [setting, value] of [
      ['Epochs', '100000'],
      ['Patience', '0'],
      ['Batch size', '1'],
    ] as const) {
      await page.getByRole('option', { name: new RegExp(`^${setting},`) }).click();
      await page.locator('.quick-input-message', { hasText: setting }).waitFor();
      await quickInput(page).fill(value);
      await page.keyboard.press('Enter');
    }
    await page.getByRole('option', { name: /Train, 512-64 on signs, up to 100000 epochs/ }).click();
    const running = treeRow(page, /epoch \d+ of 100000/);
    const epoch = async () => Number(/epoch (\d+)/.exec(await textOf(running, /epoch \d+/, 60_000))?.[1]);
    await textOf(webview(page).locator('.progress-words'), /Step 2 of 3: training/);
    const before = await epoch();
    const panel = await reload(page);
    const seen = await epoch();
    assert.ok(seen > before, `epoch ${seen} after ${before}`);
    await textOf(panel.locator('.progress-words'), /Step 2 of 3: training/);
    await eventually(async () => assert.ok((await epoch()) > seen), 30_000);
    await running.hover();
    await running.getByRole('button', { name: 'Stop Run' }).click();
    await textOf(treeRow(page, /stopped/), /stopped · val \d+\.\d %/, 60_000);
    await panel.getByText('Stopped early').waitFor();
    await panel.getByRole('grid').waitFor();
  });

  step('after the engine was killed, the next action works', async () => {
    const before = enginePid(window);
    process.kill(before, 'SIGKILL');
    const panel = webview(page);
    await panel.getByRole('radio', { name: /^All/ }).check();
    await textOf(panel.locator('.shown'), /^27 shown of 27 in test/);
    await expectPictures(panel);
    assert.notEqual(enginePid(window), before);
  });

  step('an engine that keeps dying is a message, from which it is restarted', async () => {
    const message = toast(page, /The Headway engine (stopped 4 times in a row|did not start)/);
    // A crash or two may lie so far back that they are forgotten.
    for (let kills = 0; kills < 5 && !(await message.isVisible()); kills++) {
      await runCommand(page, 'Headway: Refresh');
      const pid = await eventually(async () => ((await message.isVisible()) ? undefined : enginePid(window)), 30_000);
      if (pid === undefined) break;
      process.kill(pid, 'SIGKILL');
      await eventually(() => assert.throws(() => process.kill(pid, 0)));
    }
    await message.getByRole('button', { name: 'Show Log' }).waitFor();
    await message.getByRole('button', { name: 'Restart Engine' }).click();
    await eventually(() => enginePid(window), 20_000);
    await textOf(treeRow(page, /^signs/), /99 images · 3 classes/);
  });
});

/** The service process that the window's extension has started. Throws when there is none. */
function enginePid({ server }: Window): number {
  const [pid] = processes('main.mjs service', path.join(server.home, 'extensions'));
  assert.ok(pid !== undefined, 'the engine does not run');
  return pid;
}
