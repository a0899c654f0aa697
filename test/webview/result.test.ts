import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { PanelState } from '../../src/shared/panelApi.ts';
import { browserProblem } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import type { HostOptions } from './page/host.ts';
import { BASE_FILE } from './page/sampleRun.ts';
import { settled, shoot, startPanels, type Panels } from './panelPage.ts';
import { makePictures } from './pictures.ts';
import { THEMES } from './themes.ts';

const STATE: PanelState = { kind: 'result', workspace: '/w', id: 'run-1' };
const SIZES = { train: 900, validation: 300, test: 372 };

const callsOf = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate(m => window.fakeHost.calls.filter(call => call.method === m).map(call => call.params), method);

describe('result panel', { skip: browserProblem() ?? false }, () => {
  let panels: Panels;
  let pictures: Record<string, string[]>;
  before(async () => {
    [panels, pictures] = await Promise.all([startPanels(), makePictures()]);
  });
  after(() => panels.stop());

  const open = (options: Partial<HostOptions> = {}, state = STATE, viewport?: { width: number; height: number }) =>
    panels.open(state, { theme: THEMES.dark, sizes: SIZES, pictures, ...options }, viewport);
  const close = async (page: Page) => {
    await page.close();
    assert.deepEqual(panels.complaints(), []);
  };

  for (const theme of Object.values(THEMES))
    test(`axe finds nothing serious in ${theme.name}`, async () => {
      const page = await open({ theme });
      await settled(page);
      // Filters, a sorted table and a chart shown as table are part of what is looked at.
      await page.locator('.pairs button').first().click();
      await settled(page);
      await page
        .getByRole('button', { name: 'Switch this filter off' })
        .or(page.locator('.chip button').first())
        .first()
        .click();
      await settled(page);
      assert.deepEqual(await panels.serious(page), []);
      await page.locator('.chip button').nth(1).click();
      await page.locator('.chip button').nth(1).click();
      await settled(page);
      assert.deepEqual(panels.complaints(), []);
      await shoot(page, `result-${theme.name}`);
      await page.close();
    });

  test('the headline, the metrics and the counts agree', async () => {
    const page = await open();
    await settled(page);
    const headline = await page.locator('.headline').innerText();
    const match = /([\d.]+) %\s+\(([\d.]+) to ([\d.]+), n 372\) accuracy on test\s+(\d+) of 372 wrong/.exec(headline);
    assert.ok(match, headline);
    const [, accuracy, low, high, wrong] = match.map(Number);
    assert.ok(low! < accuracy! && accuracy! < high!);
    assert.equal(((1 - wrong! / 372) * 100).toFixed(1), accuracy!.toFixed(1));
    assert.match(await page.locator('.metrics').innerText(), new RegExp(`${accuracy!.toFixed(1)} %`));
    assert.equal(await page.locator('.shown').innerText(), `${wrong} shown of ${wrong} wrong, 372 in test`);
    assert.equal(
      await page.getByRole('grid').getAttribute('aria-rowcount'),
      String(Math.ceil(wrong! / Number(await page.getByRole('grid').getAttribute('aria-colcount')))),
    );
    await close(page);
  });

  test('wrong tiles say both classes, right ones are bare', async () => {
    const page = await open();
    await settled(page);
    assert.equal(await page.locator('.tile:not(.wrong)').count(), 0);
    await page.getByRole('radio', { name: /^All/ }).check();
    await page.locator('.tile:not(.wrong)').first().waitFor();
    await settled(page);
    const right = page.locator('.tile:not(.wrong)').first();
    assert.equal(await right.locator('.tile-predicted').count(), 0);
    assert.equal(await right.evaluate(tile => getComputedStyle(tile, '::after').content), 'none');
    assert.match(await page.locator('.shown').innerText(), /^372 shown of 372 in test$/);
    assert.deepEqual(panels.complaints(), []);
    await shoot(page, 'result-all-dark');
    await page.close();
  });

  test('a confused pair adds two filters, which can be switched off and taken away', async () => {
    const page = await open();
    await settled(page);
    const before = await page.locator('.shown').innerText();
    const words = await page.locator('.pairs button').first().innerText();
    const [, count, label, predicted] = /^(\d+) of \d+ (.+) called (.+)$/.exec(words) ?? [];
    await page.locator('.pairs button').first().click();
    await page.locator('.shown', { hasText: new RegExp(`^${count} shown of`) }).waitFor();
    const chips = page.locator('.chip');
    assert.deepEqual(
      (await chips.allInnerTexts()).map(text => text.trim()),
      [`true: ${label}`, `predicted: ${predicted}`],
    );
    await settled(page);
    assert.equal(await page.locator('.tile').count(), Number(count));
    const names = await page.locator('.tile canvas').evaluateAll(list => list.map(c => c.getAttribute('aria-label')));
    assert.ok(names.every(name => name?.startsWith(`${label}, wrongly predicted as ${predicted} `)));
    await page.getByRole('grid').focus();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelectorAll('.chip').length === 1);
    assert.deepEqual(
      (await chips.allInnerTexts()).map(text => text.trim()),
      [`true: ${label}`],
    );
    await page.locator('.pairs button').first().click();
    await chips.nth(1).waitFor();
    for (const n of [0, 1]) await chips.nth(n).locator('button').first().click();
    await page.waitForFunction(n => document.querySelectorAll('.tile').length > n, Number(count));
    assert.equal(await chips.nth(1).locator('button').first().getAttribute('aria-pressed'), 'false');
    await chips.nth(1).getByRole('button', { name: 'Remove filter' }).click();
    await chips.nth(0).getByRole('button', { name: 'Remove filter' }).click();
    await page.locator('.shown', { hasText: before }).waitFor();
    await close(page);
  });

  test('the class table sorts, and a click filters the grid', async () => {
    const page = await open();
    await settled(page);
    const table = page.locator('.class-card');
    const column = (n: number) => table.locator(`tbody tr:not(.spacer) td:nth-child(${n})`).allInnerTexts();
    const f1 = (await column(4)).map(Number);
    assert.deepEqual(
      f1,
      f1.toSorted((a, b) => a - b),
    );
    await table.getByRole('button', { name: 'n', exact: true }).click();
    const support = (await column(5)).map(Number);
    assert.deepEqual(
      support,
      support.toSorted((a, b) => b - a),
    );
    assert.equal(await table.locator('th').nth(4).getAttribute('aria-sort'), 'descending');
    await table.getByRole('button', { name: 'Class', exact: true }).click();
    const names = await column(1);
    assert.deepEqual(names, names.toSorted());
    await table.locator('tbody tr').nth(1).click();
    await page.locator('.chip', { hasText: `true: ${names[1]}` }).waitFor();
    await close(page);
  });

  test('the grid works by keyboard', async () => {
    const page = await open();
    await settled(page);
    const grid = page.getByRole('grid');
    await grid.focus();
    const active = () => grid.getAttribute('aria-activedescendant');
    assert.equal(await active(), 'tile-0');
    await page.keyboard.press('ArrowRight');
    assert.equal(await active(), 'tile-1');
    await page.keyboard.press('ArrowDown');
    const columns = Number(await grid.getAttribute('aria-colcount'));
    assert.equal(await active(), `tile-${1 + columns}`);
    await page.keyboard.press('End');
    const last = page.locator('.tile.active');
    await page.waitForFunction(
      () =>
        document.querySelector('.tile.active')?.id ===
        document.querySelector('[role=grid]')?.getAttribute('aria-activedescendant'),
    );
    assert.ok(await last.isVisible());
    const box = (await last.boundingBox())!;
    const gridBox = (await grid.boundingBox())!;
    assert.ok(box.y >= gridBox.y && box.y + box.height <= gridBox.y + gridBox.height + 1, 'the last tile is in sight');
    await settled(page);
    const path = await last.locator('canvas').getAttribute('data-path');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.fakeHost.calls.some(call => call.method === 'openImage'));
    assert.deepEqual(await callsOf(page, 'openImage'), [{ path }]);
    await page.keyboard.press('Home');
    await page.waitForFunction(
      () => document.querySelector('[role=grid]')?.getAttribute('aria-activedescendant') === 'tile-0',
    );
    await page.locator('.tile').nth(1).dblclick();
    await page.waitForFunction(() => window.fakeHost.calls.filter(call => call.method === 'openImage').length === 2);
    await close(page);
  });

  test('everything is reached with Tab, with a visible focus', async () => {
    const page = await open();
    await settled(page);
    await page.evaluate(() => document.body.focus());
    const seen = new Set<string>();
    for (let i = 0; i < 45; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement!;
        const marked = element.matches('input[type=radio]')
          ? element.closest('label')!
          : element.matches('[role=grid]')
            ? document.querySelector('.tile.active')!
            : element;
        const host = getComputedStyle(marked);
        const inner = element.shadowRoot?.activeElement ?? element.shadowRoot?.firstElementChild;
        const ring =
          host.outlineStyle !== 'none' ||
          (inner && getComputedStyle(inner).outlineStyle !== 'none') ||
          host.boxShadow !== 'none';
        return {
          name:
            element.getAttribute('aria-label') ??
            element.getAttribute('label') ??
            element.getAttribute('value') ??
            element.textContent.trim(),
          tag: element.tagName,
          ring,
        };
      });
      if (stop.tag === 'BODY') break;
      seen.add(stop.name);
      if (!stop.tag.startsWith('VSCODE-')) assert.ok(stop.ring, `${stop.tag} "${stop.name}" shows its focus`);
    }
    for (const name of [
      'Train again',
      'Show log',
      'test',
      'wrong',
      'Tile size',
      'Summary beside the images',
      'Accuracy as a table',
      'Loss as a table',
    ])
      assert.ok(seen.has(name), `${name} among ${[...seen].join(', ')}`);
    assert.ok([...seen].some(name => name.startsWith('Wrongly predicted images')));
    await close(page);
  });

  test('split, order and tile size change the grid and are remembered', async () => {
    const page = await open();
    await settled(page);
    await page.getByRole('radio', { name: /^Validation/ }).check();
    await page.locator('.shown', { hasText: '300 in validation' }).waitFor();
    assert.match(await page.locator('.class-card').innerText(), /validation, click to filter/);
    await page.locator('vscode-single-select').click();
    await page.getByRole('option', { name: 'By file name' }).click();
    await page.waitForFunction(() =>
      window.fakeHost.calls.some(
        call => call.method === 'predictions' && (call.params as { sort: string }).sort === 'path',
      ),
    );
    const grid = page.getByRole('grid');
    const columns = Number(await grid.getAttribute('aria-colcount'));
    await grid.hover();
    for (const size of ['144', '160']) {
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -100);
      await page.keyboard.up('Control');
      await page.waitForFunction(
        wanted => document.querySelector<HTMLInputElement>('.tile-size input')!.value === wanted,
        size,
      );
    }
    assert.ok(Number(await grid.getAttribute('aria-colcount')) < columns, 'larger tiles, fewer columns');
    await page.locator('.pairs button').first().click();
    await page.locator('.chip').first().waitFor();
    await settled(page);
    const chips = await page.locator('.chip').allInnerTexts();
    await page.waitForFunction(() => JSON.stringify(window.fakeHost.savedState()).includes('predicted'));
    const saved = (await page.evaluate(() => window.fakeHost.savedState())) as PanelState;
    assert.equal(saved.workspace, '/w');
    assert.equal(saved.id, 'run-1');
    await close(page);

    for (const [state, host] of [
      [saved, {}],
      [STATE, { saved }],
    ] as const) {
      const again = await open(host, state);
      await settled(again);
      assert.deepEqual(await again.locator('.chip').allInnerTexts(), chips);
      assert.match(await again.locator('.shown').innerText(), /in validation$/);
      assert.equal(await again.locator('vscode-single-select').evaluate(e => (e as HTMLSelectElement).value), 'path');
      assert.equal(await again.locator('.tile-size input').inputValue(), '160');
      await close(again);
    }
  });

  test('a run is followed live, keeps its place, and ends with its images', async () => {
    const progress = { phase: 'features', done: 412, total: 1572, rate: 118, secondsLeft: 9.8 } as const;
    const page = await open({ epochs: 0, file: { status: 'features', progress } });
    await page.getByText('412 of 1,572 images · 118 / s · 9.8 s left').waitFor();
    await page.getByText('Computing features', { exact: true }).waitFor();
    assert.deepEqual(panels.complaints(), []);
    await shoot(page, 'result-features-dark');
    const top = async () => (await page.locator('.panes').boundingBox())!.y;
    const y = await top();
    await page.evaluate(() => {
      for (let epoch = 1; epoch <= 12; epoch++)
        window.fakeHost.change(
          {
            status: 'training',
            bestEpoch: Math.max(1, epoch - 2),
            progress: { phase: 'training', done: epoch, total: 100 },
          },
          epoch,
        );
    });
    await page.getByText('12 of at most 100 epochs').waitFor();
    assert.equal(await page.locator('.chart svg').count(), 2);
    assert.match(
      (await page.getByRole('img', { name: /^Accuracy/ }).getAttribute('aria-label'))!,
      /epoch 12.*Best: epoch 10/,
    );
    await page.getByText('validation accuracy, epoch 12').waitFor();
    assert.ok(Math.abs((await top()) - y) < 30, 'the panes stay where they were');
    await page.getByRole('button', { name: 'Accuracy as a table' }).click();
    await page.getByRole('table', { name: 'Accuracy by epoch' }).waitFor();
    assert.equal((await page.locator('.chart tbody tr:not(.spacer)').count()) >= 8, true);
    await page.getByRole('button', { name: 'Accuracy as a chart' }).click();
    assert.deepEqual(panels.complaints(), []);
    await shoot(page, 'result-training-dark');
    await page.getByText('Stop', { exact: true }).click();
    await page.getByText('Stopping…').waitFor();
    await page.waitForFunction(() => window.fakeHost.calls.some(call => call.method === 'stop'));
    await page.evaluate(() => window.fakeHost.finish());
    await settled(page);
    await page.getByText('accuracy on test').waitFor();
    assert.equal(await page.getByText('Stopping…').count(), 0);
    await page.getByText('Train again').click();
    await page.getByText('Show log').click();
    await page.waitForFunction(
      () =>
        window.fakeHost.calls
          .slice(-2)
          .map(call => call.method)
          .join() === 'trainAgain,showLog',
    );
    await page.evaluate(() => window.fakeHost.remove());
    await page.getByText('This experiment was deleted.').waitFor();
    await close(page);
  });

  test('many updates are drawn once per frame', async () => {
    const page = await open({ epochs: 1, file: { status: 'training' } });
    await page.locator('.chart svg').first().waitFor();
    const drawn = await page.evaluate(async () => {
      let count = 0;
      const observer = new MutationObserver(records => (count += records.filter(r => r.addedNodes.length > 0).length));
      observer.observe(document.querySelector('.chart')!, { childList: true });
      for (let epoch = 2; epoch <= 60; epoch++) window.fakeHost.change({}, epoch);
      while (!document.querySelector('.chart svg')!.getAttribute('aria-label')!.includes('epoch 60'))
        await new Promise(requestAnimationFrame);
      observer.disconnect();
      return count;
    });
    assert.ok(drawn < 30, `${drawn} drawings for 59 updates`);
    await close(page);
  });

  test('runs that did not end well say why and what to do', async () => {
    for (const [status, message, advice] of [
      ['failed', 'The disk is full: free some space in /data.', /log tells more/],
      ['interrupted', undefined, /Resume it to go on/],
      ['stopped', undefined, /epoch 18, were kept/],
    ] as const) {
      const page = await open({
        theme: THEMES.light,
        file: { status, ...(message && { message }), skipped: [{ path: 'a/b.jpg', reason: 'The file is empty.' }] },
        ...(status !== 'stopped' && { epochs: 4 }),
      });
      await page.locator('.notice', { hasText: advice }).waitFor();
      if (message) await page.getByText(message).waitFor();
      await page.getByText('1 image was left out').click();
      await page.getByText('The file is empty.').waitFor();
      assert.deepEqual(await panels.serious(page), []);
      assert.deepEqual(panels.complaints(), []);
      await shoot(page, `result-${status}-light`);
      await page.close();
    }
  });

  test('a run is paused, goes on, and each button waits for its effect', async () => {
    const page = await open({ epochs: 4, file: { status: 'training' } });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Pausing…' }).waitFor();
    await page.evaluate(() => window.fakeHost.change({ status: 'paused' }, 5));
    await page.getByText('Paused', { exact: true }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0);
    assert.deepEqual(await panels.serious(page), []);
    await shoot(page, 'result-paused-dark');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resuming…' }).waitFor();
    await page.evaluate(() => window.fakeHost.change({ status: 'training' }, 6));
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.evaluate(() => window.fakeHost.change({ status: 'interrupted' }, 6));
    await page.getByRole('button', { name: 'Resume' }).click();
    await eventually(async () =>
      assert.deepEqual(
        [await callsOf(page, 'pause'), await callsOf(page, 'resume')].map(list => list.length),
        [1, 2],
      ),
    );
    await close(page);
  });

  test('a probe cannot be paused, and its rows are penalties', async () => {
    const page = await open({
      epochs: 3,
      history: [0.1, 0.01, 0.001].map(l2 => ({ l2, learningRate: 0 })),
      file: { status: 'training', config: { ...BASE_FILE.config, head: 'probe' } },
    });
    await page.getByText('validation accuracy, L2 0.001').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0);
    assert.equal(await page.getByRole('heading', { name: 'Learning rate' }).count(), 0);
    await page.getByRole('button', { name: 'Accuracy as a table' }).click();
    assert.deepEqual(await page.getByRole('row').first().getByRole('columnheader').allInnerTexts(), [
      'L2',
      'Train',
      'Validation',
    ]);
    await close(page);
  });

  test('a learning rate that changes has a curve; a constant one has none', async () => {
    const constant = await open();
    await settled(constant);
    assert.equal(await constant.getByRole('heading', { name: 'Learning rate' }).count(), 0);
    await close(constant);
    const rates = Array.from({ length: 28 }, (_, i) => ({ learningRate: 0.0005 * (1 + Math.cos((Math.PI * i) / 28)) }));
    const page = await open({ history: rates });
    await page.getByRole('img', { name: /^Learning rate, at last 0\.0000031 \(epoch 28\)/ }).waitFor();
    await page.getByRole('button', { name: 'Learning rate as a table' }).click();
    const table = page.getByRole('region', { name: 'Learning rate' });
    assert.deepEqual(await table.getByRole('row').nth(1).getByRole('cell').allInnerTexts(), ['1', '0.001']);
    await table.scrollIntoViewIfNeeded();
    await shoot(page, 'result-rates-dark');
    await close(page);
  });

  test('what a run has to say about itself is in sight', async () => {
    const message = 'Training stayed at chance: nothing was learned. Try batch normalisation.';
    const page = await open({ theme: THEMES.light, file: { message } });
    await page.locator('.notice.warning', { hasText: message }).waitFor();
    await page.getByText('opens the form with this run’s settings').waitFor();
    await shoot(page, 'result-remark-light');
    await close(page);
  });

  test('what cannot be loaded says so and can be tried again', async () => {
    const page = await open({ loadError: 'experiment.json of run-1 cannot be read: it is not JSON.' });
    await page.getByText('it is not JSON').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    await close(page);
  });

  test('a picture that cannot be made leaves a marked tile, not a waiting one', async () => {
    const page = await open();
    await settled(page);
    const path = (await page.locator('.tile canvas').first().getAttribute('data-path'))!;
    await page.close();
    const again = await open({ broken: [path] });
    await settled(again);
    assert.equal(await again.locator('.tile canvas').first().getAttribute('data-state'), 'broken');
    assert.equal(await again.locator('.tile canvas').nth(1).getAttribute('data-state'), 'shown');
    await close(again);
  });

  test('the layout fits from narrow to wide', async () => {
    for (const [width, height] of [
      [420, 900],
      [700, 800],
      [1280, 800],
      [1800, 1000],
    ] as const) {
      const page = await open({}, STATE, { width, height });
      await settled(page);
      const overflow = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('.summary, .images, .header')]
          .filter(e => e.scrollWidth > e.clientWidth)
          .map(e => e.className || e.tagName),
      );
      assert.deepEqual(overflow, [], `at ${width}`);
      assert.deepEqual(panels.complaints(), []);
      await shoot(page, `result-${width}`);
      if (width < 900) {
        await page.getByRole('radio', { name: 'Summary' }).check();
        await page.locator('.metrics').waitFor();
        assert.ok(
          await page.evaluate(
            () =>
              document.documentElement.scrollWidth <= innerWidth &&
              document.querySelector('.summary')!.scrollWidth <= document.querySelector('.summary')!.clientWidth,
          ),
        );
        await shoot(page, `result-${width}-summary`);
        await page.locator('.pairs button').first().click();
        await page.locator('.chip').first().waitFor();
      }
      await page.close();
    }
  });

  test('the theme can change while the panel is open', async () => {
    const page = await open();
    await settled(page);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await background(), 'rgb(31, 31, 31)');
    await page.evaluate(theme => window.fakeHost.applyTheme(theme), THEMES.highContrastLight);
    assert.equal(await background(), 'rgb(255, 255, 255)');
    assert.deepEqual(await panels.serious(page), []);
    await close(page);
  });
});
