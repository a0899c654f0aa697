// The main job as a person does it, in the packaged extension: from an empty folder to the images that a trained head gets wrong.
// The tests build on one another.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { contextMenu, openViewContainer, quickPickRow, runCommand, toast, webview } from '../harness/workbench.ts';
import { editorTab, expectPictures, openWindow, reload, textOf, treeRow, type Window } from './window.ts';

suite('the main job', () => {
  let window: Window;
  let page: Page;
  const step = (name: string, steps: () => Promise<void>) => test(name, () => window.steps(name, steps));

  before(async () => {
    window = await openWindow();
    ({ page } = window);
  });
  after(() => window.close());

  step('an empty folder offers the sample, which makes a dataset', async () => {
    await openViewContainer(page, 'Headway');
    await page.getByRole('button', { name: /^Experiments Section/i }).waitFor();
    await page.getByRole('button', { name: 'Add a Dataset' }).first().waitFor();
    await runCommand(page, 'Headway: Open the Sample');
    await toast(page, 'Making the sample').waitFor();
    await textOf(treeRow(page, /^garden/), /garden[\d,]+ images · \d+ classes/, 180_000);
    await toast(page, '“garden”').getByRole('button', { name: 'Train Head' }).waitFor();
    assert.ok((await treeRow(page, /^(Train|Validation|Test)[\d,]+ images/).count()) === 3);
  });

  step('Enter, Enter trains; tree and panel say how far the run is', async () => {
    await runCommand(page, 'Headway: Train Head');
    await quickPickRow(page, '512-64').first().waitFor();
    await page.keyboard.press('Enter');
    await quickPickRow(page, 'Train').first().waitFor();
    await page.keyboard.press('Enter');
    const run = treeRow(page, /^512-64/);
    // How much of a run is seen live depends on the machine: a fast one is through with an epoch before the tree is drawn.
    const ended = 'val \\d+\\.\\d % ±';
    await textOf(run, new RegExp(`features [\\d,]+ of [\\d,]+|epoch \\d+|${ended}`), 120_000);
    await textOf(run, new RegExp(`epoch \\d+ of 100 · val \\d|${ended}`), 300_000);
    await webview(page)
      .getByRole('img', { name: /^Accuracy/ })
      .waitFor();
  });

  step('the ended run shows its accuracy with interval and n, and the wrong images', async () => {
    await textOf(treeRow(page, /^512-64/), /val \d+\.\d % ± \d+\.\d/, 300_000);
    const panel = webview(page);
    const headline = await textOf(panel.locator('.headline'), /of [\d,]+ wrong/);
    assert.match(headline, /^\d+\.\d % ?\(\d+\.\d to \d+\.\d, n \d+\) accuracy on test ?\d+ of \d+ wrong$/);
    await panel.getByRole('row', { name: /Macro-F1/ }).waitFor();
    await panel.getByRole('grid', { name: 'Wrongly predicted images in test' }).waitFor();
    await expectPictures(panel);
  });

  let filtered = '';
  step('a click on a class filters, Enter opens the image', async () => {
    const panel = webview(page);
    const all = await textOf(panel.locator('.shown'), /^\d+ shown of \d+ wrong/);
    const label = await textOf(panel.locator('.tile-label').first(), /./);
    const row = panel
      .getByRole('region', { name: 'Classes', exact: true })
      .getByRole('button', { name: label, exact: true });
    await row.click();
    filtered = `true: ${label}`;
    await panel.getByRole('button', { name: filtered, exact: true }).waitFor();
    const shown = await textOf(panel.locator('.shown'), /^\d+ shown of \d+ wrong/);
    assert.ok(parseInt(shown) >= 1 && parseInt(shown) < parseInt(all), `${shown} after ${all}`);
    assert.deepEqual([...new Set(await panel.locator('.tile-label').allTextContents())], [label]);
    await panel.getByRole('grid').focus();
    await page.keyboard.press('Enter');
    await editorTab(page, /\.(png|jpe?g|webp)/).waitFor();
    await page.locator('iframe.webview.ready').nth(1).waitFor();
    await runCommand(page, 'View: Close Editor');
    await editorTab(page, /\.(png|jpe?g|webp)/).waitFor({ state: 'detached' });
  });

  step('a reload of the window keeps tree, panel, filter and selection', async () => {
    const panel = await reload(page);
    await panel.getByRole('button', { name: filtered, exact: true }).waitFor();
    await expectPictures(panel);
    await textOf(treeRow(page, /^garden/), /classes/);
    const run = treeRow(page, /^512-64/);
    await textOf(run, /val \d+\.\d % ± \d+\.\d/);
    assert.equal(await run.getAttribute('aria-selected'), 'true');
  });

  step('a right click in the Explorer classifies a picture, with the trained head or with ImageNet', async () => {
    await openViewContainer(page, 'Explorer');
    const level = (n: number) => page.locator(`.explorer-folders-view .monaco-list-row[aria-level="${n}"]`);
    await level(1).filter({ hasText: 'garden' }).click();
    await level(2).filter({ hasText: 'images' }).click();
    await level(3).first().click();
    const picture = level(4).first();
    await contextMenu(page, picture, 'Headway: Classify');
    const panel = webview(page);
    const bars = panel.getByRole('list', { name: 'Most probable classes' }).getByRole('listitem');
    await textOf(bars.first(), /\d %/, 60_000);
    assert.equal(await bars.count(), 5);
    await textOf(panel.locator('.answered-by'), /classes, trained on garden/);
    assert.match(
      (await panel.getByRole('combobox', { name: 'Model that answers' }).textContent()) ?? '',
      /512-64 on garden/,
    );
    assert.ok(await panel.locator('.picture img').evaluate(img => (img as HTMLImageElement).naturalWidth > 0));
    await panel.getByRole('combobox', { name: 'Model that answers' }).click();
    await panel.getByRole('option', { name: /ImageNet classes/ }).click();
    await textOf(panel.locator('.answered-by'), /1,000 ImageNet classes/);
    assert.equal(await bars.count(), 5);
  });
});
