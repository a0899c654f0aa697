import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startBrowser } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { ROOT } from '../harness/paths.ts';
import { type Server, startServer } from '../harness/server.ts';
import { packagedExtension } from '../harness/vsix.ts';
import { commandRow, pictureOnFailure, quickInput, runCommand, waitWorkbench, webview } from '../harness/workbench.ts';

/** A workbench with the packaged extension on a folder that goes when the window is closed. */
export interface Window {
  readonly page: Page;
  readonly server: Server;
  /** Absolute path of the open folder, without symbolic links. */
  readonly workspace: string;
  /** Runs steps; where one fails, a picture of the window is kept under out/pictures. */
  steps(name: string, steps: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** @param fill puts files into the folder before it is opened */
export async function openWindow(fill: (workspace: string) => Promise<void> | void = () => undefined): Promise<Window> {
  const workspace = mkdtempSync(path.join(tmpdir(), 'headway-e2e-'));
  const remove = () => rmSync(workspace, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  let server: Server | undefined;
  try {
    await fill(workspace);
    server = await startServer({ vsix: packagedExtension() });
    const browser = await startBrowser({ viewport: { width: 1400, height: 900 } });
    const { page } = browser;
    await page.goto(server.url(workspace));
    await waitWorkbench(page);
    const started = server;
    return {
      page,
      server,
      workspace,
      steps: (name, steps) => pictureOnFailure(page, path.join(ROOT, 'out/pictures', `${name}.png`), steps),
      close: async () => {
        await browser.stop();
        await started.stop();
        await endRuns(workspace);
        remove();
      },
    };
  } catch (error) {
    await server?.stop();
    remove();
    throw error;
  }
}

/** Ends runs that a failed test has left: they outlive the window by a minute, and would make the folder anew. */
async function endRuns(workspace: string): Promise<void> {
  for (const pid of processes('main.mjs run', workspace)) process.kill(pid, 'SIGKILL');
  await eventually(() => assert.deepEqual(processes('main.mjs run', workspace), []));
}

/** Ids of the processes whose command line holds all the texts. */
export function processes(...texts: readonly string[]): number[] {
  const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return list.filter(line => texts.every(text => line.includes(text))).map(line => parseInt(line));
}

/** Runs a command by the keyboard alone. */
export async function typeCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await quickInput(page).waitFor();
  await page.keyboard.type(title);
  const row = commandRow(page, title);
  await row.waitFor();
  // The palette sorts by name: others whose names hold the same words may come before.
  for (let i = 0; i < 20 && !/ focused/.test((await row.getAttribute('class')) ?? ''); i++)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

/** Rows of our trees that contain the text. */
export const treeRow = (page: Page, text: string | RegExp): Locator =>
  page.locator('.part.sidebar').getByRole('treeitem').filter({ hasText: text });

export const editorTab = (page: Page, name: string | RegExp): Locator =>
  page.locator('.tabs-container').getByRole('tab', { name });

/** Waits until a tile shows a picture, and proves on its pixels that it is one. */
export async function expectPictures(panel: FrameLocator): Promise<void> {
  const picture = panel.locator('canvas[data-state=shown]').first();
  await picture.waitFor({ timeout: 60_000 });
  const colours = await picture.evaluate(canvas => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(colours > 20, `a thumbnail has ${colours} colours`);
}

/** Waits until the text of what is found satisfies `good`, and gives it. */
export const textOf = (found: Locator, good: RegExp, limitMs = 60_000): Promise<string> =>
  eventually(async () => {
    const text = ((await found.textContent({ timeout: 5000 })) ?? '').replace(/\s+/g, ' ').trim();
    assert.match(text, good);
    return text;
  }, limitMs);

/** Loads the window again and waits for the page in its panel. By VS Code's command: a browser's own reload loses what was not yet saved. */
export async function reload(page: Page): Promise<FrameLocator> {
  await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
  await waitWorkbench(page);
  const panel = webview(page);
  await panel.locator('#root > *').first().waitFor({ timeout: 60_000 });
  return panel;
}
