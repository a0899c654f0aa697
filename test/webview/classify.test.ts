import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Classification } from '../../src/shared/engineApi.ts';
import type { ClassifyView, PanelState } from '../../src/shared/panelApi.ts';
import { browserProblem } from '../harness/browser.ts';
import { CLASSES } from './page/sampleRun.ts';
import { shoot, startPanels, type Panels } from './panelPage.ts';
import { makePictures } from './pictures.ts';
import { THEMES } from './themes.ts';

const STATE: PanelState = { kind: 'classify', workspace: '/w', paths: ['/w/a.jpg'] };
const CHOICES = [
  { experiment: 'run-1', label: 'garden 512-64', description: '83.1 % ± 4.2' },
  { experiment: 'imagenet', label: 'ImageNet classes', description: 'The backbone’s own 1,000 classes' },
];
const PROBLEM = 'sweet corn.jpg ends before its picture does; copy it again from its source.';

describe('classify panel', { skip: browserProblem() ?? false }, () => {
  let panels: Panels;
  let pictures: Record<string, string[]>;
  before(async () => {
    [panels, pictures] = await Promise.all([startPanels(), makePictures()]);
  });
  after(() => panels.stop());

  function view(count: number): ClassifyView {
    const shown = CLASSES.slice(0, count);
    const image = (name: string, i: number): Classification =>
      i === 6
        ? { path: `/w/${name}.jpg`, top: [], problem: PROBLEM }
        : {
            path: `/w/${name}.jpg`,
            top: [name, 'Tangerine', 'Pumpkin', 'Onion', 'Radish'].map((label, k) => ({
              label,
              p: [0.873 - i * 0.05, 0.08, 0.02, 0.011, 0.003][k]!,
            })),
          };
    return {
      answer: {
        by: { kind: 'experiment', id: 'run-1', name: 'garden 512-64', dataset: 'garden', classes: 20 },
        images: shown.map(image),
      },
      uris: shown.map(name => `data:image/webp;base64,${pictures[name]![0]!}`),
      names: shown.map(name => `pictures/${name}.jpg`),
      choices: CHOICES,
      chosen: 'run-1',
    };
  }

  for (const theme of Object.values(THEMES))
    test(`one and several pictures in ${theme.name}`, async () => {
      for (const count of [1, 8]) {
        const page = await panels.open(STATE, { theme, classify: view(count) });
        await page
          .locator('.answer')
          .nth(count - 1)
          .waitFor();
        assert.deepEqual(await panels.serious(page), []);
        assert.deepEqual(panels.complaints(), []);
        await shoot(page, `classify-${count === 1 ? 'one' : 'several'}-${theme.name}`);
        await page.close();
      }
    });

  test('tells the five classes with their probabilities, and pictures that cannot be read', async () => {
    const page = await panels.open(STATE, { theme: THEMES.dark, classify: view(8) });
    const first = page.getByRole('listitem', { name: 'pictures/Apple-Braeburn.jpg' });
    const rows = await first.getByRole('list').getByRole('listitem').allInnerTexts();
    assert.deepEqual(
      rows.map(row => row.replace(/\s+/g, ' ')),
      ['Apple-Braeburn 87 %', 'Tangerine 8 %', 'Pumpkin 2 %', 'Onion 1 %', 'Radish < 1 %'],
    );
    await page.getByText(PROBLEM).waitFor();
    await page.getByText('8 pictures, 1 could not be read').waitFor();
    await page.getByRole('button', { name: 'Open pictures/Apple-Braeburn.jpg at full size' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show its results' }).click();
    await page.waitForFunction(() => window.fakeHost.calls.length >= 3);
    assert.deepEqual(await page.evaluate(() => window.fakeHost.calls.slice(1)), [
      { method: 'openImage', params: { path: '/w/Apple-Braeburn.jpg' } },
      { method: 'openExperiment', params: { id: 'run-1' } },
    ]);
    assert.deepEqual(panels.complaints(), []);
    await page.close();
  });

  test('another model can answer, and other pictures can come', async () => {
    const page = await panels.open(STATE, { theme: THEMES.dark, classify: view(1) });
    await page.locator('.answer').waitFor();
    await page.locator('vscode-single-select').click();
    await page.getByRole('option', { name: 'ImageNet classes' }).click();
    await page.waitForFunction(() => window.fakeHost.calls.some(call => call.method === 'choose'));
    await page.waitForFunction(() => (window.fakeHost.savedState() as PanelState).experiment === 'imagenet');
    await page.evaluate(next => window.fakeHost.stale(next), view(3));
    await page.locator('.answer').nth(2).waitFor();
    await page.waitForFunction(() => (window.fakeHost.savedState() as PanelState).paths?.length === 3);
    assert.deepEqual(panels.complaints(), []);
    await page.close();
  });

  test('waiting, failing and having nothing each have words', async () => {
    const waiting = await panels.open(STATE, { theme: THEMES.dark });
    await waiting.getByText('1 of 4 pictures · 1.0 s left').waitFor();
    await waiting.close();
    const failing = await panels.open(STATE, {
      theme: THEMES.dark,
      classify: view(1),
      loadError: 'The engine stopped.',
    });
    await failing.getByText('The engine stopped.').waitFor();
    await failing.getByRole('button', { name: 'Try again' }).click();
    await failing.locator('.answer').waitFor();
    await failing.close();
    const empty = await panels.open(STATE, { theme: THEMES.dark, classify: view(0) });
    await empty.getByText('No pictures were chosen').waitFor();
    await empty.close();
    assert.deepEqual(panels.complaints(), []);
  });

  test('fits narrow and wide', async () => {
    for (const [width, count] of [
      [420, 1],
      [420, 8],
      [1800, 8],
    ] as const) {
      const page = await panels.open(STATE, { theme: THEMES.light, classify: view(count) }, { width, height: 900 });
      await page.locator('.answer').first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width}`);
      await shoot(page, `classify-${width}-${count}`);
      await page.close();
    }
  });
});
