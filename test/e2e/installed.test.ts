import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Browser, startBrowser } from '../harness/browser.ts';
import { ROOT } from '../harness/paths.ts';
import { type Server, startServer } from '../harness/server.ts';
import { packagedExtension } from '../harness/vsix.ts';
import { openViewContainer, pictureOnFailure, quickInput, quickPickRow, waitWorkbench } from '../harness/workbench.ts';

suite('the packaged extension, installed', () => {
  let workspace: string;
  let server: Server | undefined;
  let browser: Browser | undefined;

  before(async () => {
    workspace = mkdtempSync(path.join(tmpdir(), 'headway-e2e-'));
    server = await startServer({ vsix: packagedExtension() });
    browser = await startBrowser();
    await browser.page.goto(server.url(workspace));
    await waitWorkbench(browser.page);
  });

  after(async () => {
    await browser?.stop();
    await server?.stop();
    rmSync(workspace, { recursive: true, force: true });
  });

  test('shows its views in the activity bar and its commands in the palette', async () => {
    assert.ok(browser);
    const { page } = browser;
    await pictureOnFailure(page, path.join(ROOT, 'out/pictures/installed.png'), async () => {
      await openViewContainer(page, 'Headway');
      await page.getByRole('button', { name: /^Datasets Section/i }).waitFor();
      await page.getByRole('button', { name: /^Experiments Section/i }).waitFor();
      await page.keyboard.press('F1');
      await quickInput(page).fill('>Headway: Train Head');
      await quickPickRow(page, 'Headway: Train Head').first().waitFor();
    });
  });
});
