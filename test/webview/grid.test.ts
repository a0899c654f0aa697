import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { browserProblem } from '../harness/browser.ts';
import { settled, startPanels, type Panels } from './panelPage.ts';
import { THEMES } from './themes.ts';

const COUNT = 100_000;

/** Every tile in sight shows the picture of its own row: the host paints each with a colour that tells its number. */
const wrongTiles = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    // Read from a copy: reading the tiles' own canvases makes Chromium warn.
    const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
    return [...document.querySelectorAll<HTMLElement>('.tile')].flatMap(tile => {
      const canvas = tile.querySelector('canvas')!;
      const n = Number(/IMG_(\d+)/.exec(canvas.dataset['path'] ?? '')?.[1]) - 1000;
      copy.drawImage(canvas, canvas.width / 2, canvas.height / 2, 1, 1, 0, 0, 1, 1);
      const [r, g, b] = copy.getImageData(0, 0, 1, 1).data;
      const expected = [(n >> 10) & 255, (n >> 2) & 255, (n & 3) * 80];
      // Ordered by path, tile i is image i.
      const right = `tile-${n}` === tile.id && [r, g, b].every((value, i) => Math.abs(value! - expected[i]!) <= 1);
      return right ? [] : [`${tile.id}: ${canvas.dataset['path']} rgb(${r}, ${g}, ${b})`];
    });
  });

describe('grid of 100,000 images', { skip: browserProblem() ?? false }, () => {
  let panels: Panels;
  before(async () => {
    panels = await startPanels();
  });
  after(() => panels.stop());

  test('shows the right tiles wherever it is scrolled to, with few nodes', async () => {
    const page = await panels.open(
      { kind: 'result', workspace: '/w', id: 'big', ui: { segment: 'all', tile: 96 } },
      { theme: THEMES.dark, sizes: { train: 0, validation: 0, test: COUNT } },
      { width: 1800, height: 1000 },
    );
    await settled(page);
    assert.equal(await page.locator('.shown').innerText(), '100,000 shown of 100,000 in test');
    let nodes = 0;
    const look = async () => {
      await settled(page);
      assert.deepEqual(await wrongTiles(page), []);
      nodes = Math.max(nodes, await page.evaluate(() => document.querySelectorAll('*').length));
    };
    await look();
    const grid = page.getByRole('grid');
    await grid.hover();
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, 3000);
    await look();
    await grid.evaluate(element => (element.scrollTop = element.scrollHeight * 0.63));
    await page.waitForFunction(() => Number(document.querySelector('.tile')!.id.slice(5)) > 60_000);
    await look();
    await grid.focus();
    await page.keyboard.press('End');
    await page.locator(`#tile-${COUNT - 1}`).waitFor();
    await look();
    await page.keyboard.press('Home');
    await page.locator('#tile-0').waitFor();
    await look();
    // Without the summary beside it the grid is as large as it gets.
    await page.getByRole('button', { name: 'Summary beside the images' }).click();
    await look();
    assert.ok(nodes < 1500, `${nodes} nodes`);
    assert.deepEqual(panels.complaints(), []);
    await page.close();
  });

  test('comes back to where it was', async () => {
    const page = await panels.open(
      { kind: 'result', workspace: '/w', id: 'big', ui: { segment: 'all', tile: 256, top: 50_000, active: 50_001 } },
      { theme: THEMES.dark, sizes: { train: 0, validation: 0, test: COUNT } },
      { width: 420, height: 900 },
    );
    await page.locator('#tile-50000').waitFor();
    await settled(page);
    assert.deepEqual(await wrongTiles(page), []);
    assert.ok(
      (await page.locator('#tile-50000').boundingBox())!.y >= (await page.getByRole('grid').boundingBox())!.y - 1,
    );
    assert.deepEqual(panels.complaints(), []);
    await page.close();
  });
});
