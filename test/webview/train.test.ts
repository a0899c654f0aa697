import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEFAULT_CONFIG, type TrainConfig } from '../../src/shared/experiment.ts';
import type { PanelState } from '../../src/shared/panelApi.ts';
import { browserProblem } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import type { HostOptions } from './page/host.ts';
import { ESTIMATE, formState, sampleFinding, START, VIEW } from './page/sampleForm.ts';
import { shoot, startPanels, type Panels } from './panelPage.ts';
import { makePictures } from './pictures.ts';
import { THEMES } from './themes.ts';

describe('training form', { skip: browserProblem() ?? false }, () => {
  let panels: Panels;
  let variants: string[];
  before(async () => {
    [panels, variants] = await Promise.all([startPanels(), makePictures().then(p => Object.values(p).flat())]);
  });
  after(() => panels.stop());

  const open = async (
    train: Partial<NonNullable<HostOptions['train']>> = {},
    state = formState(),
    more: Partial<HostOptions> = {},
    viewport?: { width: number; height: number },
  ): Promise<Page> => {
    const page = await panels.open(
      state,
      { theme: THEMES.dark, train: { view: VIEW, estimate: ESTIMATE, variants, ...train }, ...more },
      viewport,
    );
    await page.getByRole('heading', { name: 'Train Head' }).waitFor();
    return page;
  };
  const close = async (page: Page) => {
    await page.close();
    assert.deepEqual(panels.complaints(), []);
  };
  const calls = <T>(page: Page, method: string): Promise<T[]> =>
    page.evaluate(
      m => window.fakeHost.calls.filter(call => call.method === m).map(call => call.params),
      method,
    ) as Promise<T[]>;
  const row = (page: Page, label: string) =>
    page.locator('.row').filter({ has: page.locator(`label:text-is("${label}")`) });
  const input = (page: Page, label: string) => row(page, label).locator('vscode-textfield input').first();
  const choose = async (page: Page, label: string, option: string) => {
    // A list closes when what is above it grows at that moment (a preview arriving): open it again.
    await eventually(async () => {
      await row(page, label).locator('vscode-single-select').first().click();
      await page.getByRole('option', { name: option, exact: true }).click({ timeout: 2_000 });
    }, 30_000);
  };
  const toggle = (page: Page, text: string) => page.getByText(text).click();
  const labels = (page: Page) => page.locator('.row-label').allInnerTexts();
  const train = async (page: Page): Promise<{ config: TrainConfig; name?: string }> => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction(() => window.fakeHost.calls.some(call => call.method === 'train'));
    return (await calls<{ config: TrainConfig; name?: string }>(page, 'train')).at(-1);
  };
  const estimated = (page: Page) => page.locator('.estimate[aria-busy="false"]').waitFor();

  for (const theme of Object.values(THEMES))
    test(`axe finds nothing serious in ${theme.name}`, async () => {
      const config: TrainConfig = { ...START, augment: ['standard'], optimizer: 'sgd', boundary: 'conv:3', epochs: 30 };
      const page = await open(
        { finding: sampleFinding() },
        formState({ config }),
        { theme },
        { width: 1280, height: 1500 },
      );
      await page.getByRole('button', { name: 'Find learning rate' }).click();
      await page.locator('.chart svg').waitFor();
      await page.locator('.variants img').nth(3).waitFor();
      await estimated(page);
      assert.deepEqual(await panels.serious(page), []);
      await shoot(page, `train-${theme.name}`);
      await input(page, 'Batch size').fill('0');
      await choose(page, 'Augmentation', 'Own list');
      await page.locator('.row.wrong').waitFor();
      assert.deepEqual(await panels.serious(page), []);
      await shoot(page, `train-wrong-${theme.name}`);
      await close(page);
    });

  test('trains the defaults at once, and by keyboard', async () => {
    const page = await open();
    assert.deepEqual(await train(page), { config: START });
    await page.locator('body').focus();
    await input(page, 'Name').fill('  My head ');
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => window.fakeHost.calls.filter(call => call.method === 'train').length === 2);
    assert.deepEqual((await calls<unknown>(page, 'train'))[1], { config: START, name: 'My head' });
    await close(page);
  });

  test('shows only what has a meaning', async () => {
    const page = await open();
    const before = await labels(page);
    for (const hidden of ['Momentum', 'Weight decay', 'Head alone first', 'Backbone’s share of it', 'Variants'])
      assert.ok(!before.includes(hidden), hidden);
    await choose(page, 'Optimizer', 'SGD with Nesterov momentum');
    await choose(page, 'Trained part', 'Share of parameters');
    await choose(page, 'Augmentation', 'Light');
    const after = await labels(page);
    for (const shown of ['Momentum', 'Weight decay', 'Head alone first', 'Backbone’s share of it', 'Variants'])
      assert.ok(after.includes(shown), shown);
    await choose(page, 'Schedule', 'One cycle');
    assert.ok(!(await labels(page)).includes('Warm-up'));
    await choose(page, 'Start from', 'Linear probe');
    const probe = await labels(page);
    for (const hidden of ['Learning rate', 'Optimizer', 'Dropout', 'Activation', 'Batch size'])
      assert.ok(!probe.includes(hidden), hidden);
    assert.ok(probe.includes('L2 penalty'));
    assert.deepEqual((await train(page)).config, { ...START, head: 'probe' });
    await close(page);
  });

  test('every setting reaches the engine', async () => {
    const page = await open();
    await choose(page, 'Dataset', 'produce');
    await choose(page, 'Head', 'Own layers');
    await row(page, 'Head').getByRole('textbox').fill('300-20');
    await choose(page, 'Trained part', 'Last convolutions');
    await row(page, 'Trained part').getByRole('textbox').fill('2');
    await choose(page, 'Activation', 'Tanh');
    await toggle(page, 'In the hidden layers');
    await choose(page, 'Pooling', 'Maximum');
    await choose(page, 'Optimizer', 'SGD with Nesterov momentum');
    await choose(page, 'Schedule', 'Cosine');
    await choose(page, 'Augmentation', 'Standard');
    await choose(page, 'Device', 'CPU');
    await input(page, 'Smallest gain').fill('0.01');
    await choose(page, 'Best epoch by', 'Accuracy');
    for (const text of ['Rare classes count more', 'Every epoch draws', 'Average over the variants'])
      await toggle(page, text);
    const numbers: Record<string, [keyof TrainConfig, number]> = {
      'Learning rate': ['learningRate', 0.02],
      'Backbone’s share of it': ['backboneRate', 0.5],
      'Head alone first': ['headEpochs', 2],
      'Warm-up': ['warmup', 1],
      Momentum: ['momentum', 0.8],
      'Batch size': ['batch', 16],
      'Most epochs': ['epochs', 12],
      Patience: ['patience', 3],
      'Gradient clipping': ['clipNorm', 5],
      Dropout: ['dropout', 0.1],
      'L2 penalty': ['l2', 0.001],
      'Weight decay': ['weightDecay', 0.05],
      'Label smoothing': ['labelSmoothing', 0.1],
      Variants: ['variants', 6],
      Subset: ['subset', 200],
      Seed: ['seed', 9],
      Threads: ['threads', 2],
    };
    for (const [label, [, value]] of Object.entries(numbers)) await input(page, label).fill(String(value));
    const { config } = await train(page);
    const wished = {
      ...START,
      dataset: 'produce',
      head: '300-20',
      boundary: 'conv:2',
      activation: 'tanh',
      batchNorm: true,
      pooling: 'max',
      optimizer: 'sgd',
      schedule: 'cosine',
      augment: ['standard'],
      device: 'cpu',
      classWeights: 'balanced',
      sampling: 'balanced',
      testTimeAugmentation: true,
      monitor: 'accuracy',
      minDelta: 0.01,
      ...Object.fromEntries(Object.values(numbers)),
    };
    assert.deepEqual(config, wished);
    const untouched = Object.keys(DEFAULT_CONFIG).filter(
      key => JSON.stringify(config[key as keyof TrainConfig]) === JSON.stringify(START[key as keyof TrainConfig]),
    );
    assert.deepEqual(untouched, ['backbone'], 'a setting has no field, or this test leaves it out');
    await close(page);
  });

  test('says what is wrong at the field, and goes there instead of training', async () => {
    const page = await open();
    await input(page, 'Learning rate').fill('fast');
    await row(page, 'Learning rate').getByText('Learning rate: give a number from 1e-9 to 100.').waitFor();
    await input(page, 'Most epochs').fill('1.5');
    await row(page, 'Most epochs').getByText('Epochs is 1.5; give a whole number').waitFor();
    await page.getByText('2 settings need a look').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'field-learningRate');
    assert.deepEqual(await calls(page, 'train'), []);
    await input(page, 'Learning rate').fill('1e-2');
    await input(page, 'Most epochs').fill('7');
    await page.locator('.estimate').waitFor();
    await choose(page, 'Trained part', 'Last convolution');
    await choose(page, 'Head', 'Linear probe');
    await row(page, 'Trained part').getByText('A probe is trained on the frozen backbone').waitFor();
    await choose(page, 'Head', 'Own layers');
    await row(page, 'Head').getByRole('textbox').fill('12,3');
    await row(page, 'Head').getByText('"12,3" is not a head').waitFor();
    await row(page, 'Head').getByRole('textbox').fill('12');
    const { config } = await train(page);
    assert.deepEqual(config, { ...START, learningRate: 0.01, epochs: 7, boundary: 'last-conv', head: '12' });
    await close(page);
  });

  test('estimates while one types, once', async () => {
    const page = await open();
    await estimated(page);
    const text = (await page.locator('.estimate').innerText()).replace(/\s+/g, ' ');
    assert.match(text, /Parameters 690,964 Training images 616 Features to compute 880 Cache grows by 4.5 MB/);
    assert.match(text, /Memory 21.1 MB Per epoch 0.1 s In all at most 21 s/);
    const before = (await calls(page, 'estimate')).length;
    await input(page, 'Subset').pressSequentially('1234', { delay: 20 });
    await page.locator('.estimate', { hasText: '1,234' }).waitFor();
    assert.equal((await calls(page, 'estimate')).length, before + 1);
    // What costs nothing is not asked for again.
    await input(page, 'Learning rate').fill('0.01');
    await page.waitForTimeout(700);
    assert.equal((await calls(page, 'estimate')).length, before + 1);
    await close(page);
  });

  test('shows the variants that training will see, of any picture, and what the engine refuses', async () => {
    const page = await open({ refused: 'nonsense' });
    await choose(page, 'Augmentation', 'Standard');
    await page.locator('.variants img').nth(4).waitFor();
    assert.equal(await page.locator('.variants img').count(), 5);
    assert.ok(
      await page
        .locator('.variants img')
        .first()
        .evaluate(img => (img as HTMLImageElement).naturalWidth > 0),
    );
    await page.getByText('apple/0.png').waitFor();
    await page.getByRole('button', { name: 'Next image' }).click();
    await page.getByText('apple/1.png').waitFor();
    await page.getByRole('button', { name: 'Choose an image' }).click();
    await page.getByText('/elsewhere/pear.png').waitFor();
    await choose(page, 'Augmentation', 'Own list');
    await page.getByRole('textbox', { name: 'RandomRotation, degrees' }).fill('nonsense');
    await row(page, 'Augmentation').getByText('degrees of RandomRotation is nonsense').waitFor();
    await page.getByRole('textbox', { name: 'RandomRotation, degrees' }).fill('30');
    await toggle(page, 'ColorJitter');
    await toggle(page, 'RandomErasing');
    const { config } = await train(page);
    assert.deepEqual(config.augment, [
      'RandomResizedCrop',
      'RandomHorizontalFlip',
      'RandomRotation:30',
      'RandomErasing',
    ]);
    const last = (await calls<{ picture: unknown; count: number }>(page, 'variants')).at(-1);
    assert.equal(last.count, DEFAULT_CONFIG.variants);
    await close(page);
  });

  test('finds a learning rate, with its curve and its table', async () => {
    const page = await open({ finding: sampleFinding() });
    await page.getByRole('button', { name: 'Find learning rate' }).click();
    await page
      .getByRole('img', { name: /^Training loss while the learning rate rises from 1\.0e-7.*Suggested: 0\.0012/ })
      .waitFor();
    const ticks = await page.locator('.chart svg [aria-label], .chart svg text').allTextContents();
    for (const tick of ['1e-6', '1e-4', '1e-2', 'suggested 0.0012']) assert.ok(ticks.includes(tick), tick);
    await page.getByRole('button', { name: 'Loss by learning rate as a table' }).click();
    await page.getByRole('row').nth(1).waitFor();
    assert.deepEqual((await page.getByRole('row').nth(1).getByRole('cell').allInnerTexts())[0], '1.0e-7');
    await page.getByRole('button', { name: 'Use 0.0012' }).click();
    assert.equal(await input(page, 'Learning rate').inputValue(), '0.0012');
    assert.equal((await train(page)).config.learningRate, 0.0012);
    await page.getByRole('button', { name: 'Close the curve' }).click();
    await page.locator('.found').waitFor({ state: 'detached' });
    await close(page);
  });

  test('the search for a learning rate can be cancelled', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Find learning rate' }).click();
    await page.getByText('40 of 100 steps').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForFunction(() => window.fakeHost.aborted === 1);
    await page.locator('.finding').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.notice').count(), 0);
    await close(page);
  });

  test('marks what was changed, and takes it back one by one or all', async () => {
    const page = await open();
    await input(page, 'Dropout').fill('0.5');
    await input(page, 'Seed').fill('4');
    await page.getByText('2 settings are different.').waitFor();
    await page.getByRole('button', { name: 'Restore Seed' }).click();
    assert.equal(await input(page, 'Seed').inputValue(), '1');
    await page.getByText('1 setting is different.').waitFor();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    assert.equal(await page.locator('.row.changed').count(), 0);
    assert.deepEqual((await train(page)).config, START);
    await close(page);
  });

  test('an experiment is trained again with changes', async () => {
    const config: TrainConfig = {
      ...START,
      head: '100-50',
      epochs: 5,
      learningRate: 0.01,
      augment: ['RandomRotation:5'],
    };
    const page = await open({}, formState({ config, from: '100-50 on garden' }));
    assert.match(await row(page, 'Start from').innerText(), /As this experiment/);
    assert.equal(await row(page, 'Head').getByRole('textbox').inputValue(), '100-50');
    assert.equal(await input(page, 'Most epochs').inputValue(), '5');
    assert.equal(await page.locator('.row.changed').count(), 0);
    await input(page, 'Most epochs').fill('9');
    assert.deepEqual((await train(page)).config, { ...config, epochs: 9 });
    await choose(page, 'Start from', 'Simpler');
    assert.equal(await input(page, 'Most epochs').inputValue(), '100');
    await choose(page, 'Start from', '100-50 on garden');
    assert.equal(await input(page, 'Most epochs').inputValue(), '5');
    await close(page);
  });

  test('what was typed survives a reload, half written numbers too', async () => {
    const page = await open({ finding: sampleFinding() });
    await input(page, 'Batch size').fill('sixteen');
    await input(page, 'Name').fill('kept');
    await row(page, 'Batch size').getByText('give a whole number').waitFor();
    await input(page, 'Dropout').fill('0.');
    await page.waitForFunction(() => JSON.stringify(window.fakeHost.savedState()).includes('"0."'));
    const saved = await page.evaluate(() => window.fakeHost.savedState());
    await close(page);
    // After a reload of the window the host writes the state into the page; after a change of tabs only VS Code has it.
    for (const [state, kept] of [
      [saved as PanelState, undefined],
      [formState(), saved],
    ] as const) {
      const again = await open({}, state, { saved: kept });
      assert.equal(await input(again, 'Dropout').inputValue(), '0.');
      assert.equal(await input(again, 'Batch size').inputValue(), 'sixteen');
      assert.equal(await input(again, 'Name').inputValue(), 'kept');
      await close(again);
    }
    const other = await open({}, formState({ id: 'form-2' }), { saved });
    assert.equal(await input(other, 'Name').inputValue(), '');
    await close(other);
  });

  test('a data set that is gone, a form that cannot load and a run that cannot start say so', async () => {
    const page = await open({ trainError: 'The run could not be started: no memory.' });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('The run could not be started: no memory.').waitFor();
    await page.evaluate(list => window.fakeHost.datasets(list), VIEW.datasets.slice(1));
    await page.getByText('There is no dataset “garden” any more').waitFor();
    await choose(page, 'Dataset', 'produce');
    await page.getByText('50 classes, 1,776 training, 900 validation and 1,000 test images').waitFor();
    await close(page);
    const failing = await panels.open(formState(), {
      theme: THEMES.dark,
      train: { view: VIEW, estimate: ESTIMATE, variants },
      loadError: 'The engine stopped.',
    });
    await failing.getByText('The engine stopped.').waitFor();
    await failing.getByRole('button', { name: 'Try again' }).click();
    await failing.getByRole('heading', { name: 'Train Head' }).waitFor();
    await close(failing);
  });

  test('everything is reached with Tab, with a visible focus', async () => {
    const page = await open();
    await page.locator('body').focus();
    const seen: string[] = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const id = await page.evaluate(() => document.activeElement?.id ?? '');
      if (seen.includes(id) && id !== '') break;
      if (id !== '') seen.push(id);
    }
    const ids = await page
      .locator('.row-control [id^="field-"]:not(.fixed-value)')
      .evaluateAll(list => list.map(e => e.id));
    assert.deepEqual(
      seen.filter(id => id.startsWith('field-')),
      ids,
    );
    await row(page, 'Dropout').locator('label').click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-dropout');
    await close(page);
  });

  test('fits from narrow to wide', async () => {
    for (const width of [420, 700, 1000, 1800]) {
      const config: TrainConfig = { ...START, augment: ['RandomRotation:5', 'ColorJitter'], epochs: 3 };
      const page = await open(
        { finding: sampleFinding() },
        formState({ config }),
        { theme: THEMES.light },
        { width, height: 1000 },
      );
      await page.getByRole('button', { name: 'Find learning rate' }).click();
      await page.locator('.chart svg').waitFor();
      await page.locator('.variants img').first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width}`);
      await shoot(page, `train-${width}`);
      await page.locator('.preview').scrollIntoViewIfNeeded();
      await shoot(page, `train-${width}-below`);
      await close(page);
    }
  });
});
