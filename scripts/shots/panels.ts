import type { FrameLocator, Locator, Page } from 'playwright-core';
import {
  contextMenu,
  openViewContainer,
  quickInput,
  quickPickRow,
  runCommand,
  webview,
} from '../../test/harness/workbench.ts';

/** A picture to take. */
export interface Panel {
  /** Of the file: docs/images/NAME-THEME.png. */
  readonly name: string;
  /** Brings the window from what the panel before it left to what the picture shows, and waits until it is drawn. */
  readonly open: (page: Page) => Promise<void>;
  /** The part of the window to show; default: all of it. */
  readonly part?: (page: Page) => Locator;
}

const row = (page: Page, text: string | RegExp) =>
  page.locator('.part.sidebar').getByRole('treeitem').filter({ hasText: text });

/** Waits until the pictures in sight are drawn. */
async function drawn(panel: FrameLocator): Promise<void> {
  await panel.locator('canvas[data-state=shown]').first().waitFor();
  // Those in reserve rows out of sight may wait longer.
  await panel.locator('.grid-row').nth(1).locator('canvas[data-state=shown]').last().waitFor();
}

/** The pictures in the order in which they are taken, all in one window on a workspace that `headway demo` has made. */
export const PANELS: readonly Panel[] = [
  {
    name: 'views',
    open: async page => {
      await openViewContainer(page, 'Headway');
      await row(page, /^Classes/).waitFor();
      await row(page, /^Test/).locator('.monaco-tl-twistie').click();
      await row(page, /^simpler/).waitFor();
    },
    part: page => page.locator('.part.sidebar'),
  },
  {
    name: 'result',
    open: async page => {
      await row(page, /^Test/).locator('.monaco-tl-twistie').click();
      await row(page, /^512-64val/)
        .last()
        .click();
      await drawn(webview(page));
    },
  },
  {
    name: 'result-curves',
    open: async page => {
      const panel = webview(page);
      await panel.locator('.pairs button').first().click();
      await panel.getByRole('complementary', { name: 'Summary' }).evaluate(e => e.scrollTo(0, e.scrollHeight));
      await panel.locator('canvas[data-state=shown]').first().waitFor();
    },
  },
  {
    name: 'train',
    open: async page => {
      await runCommand(page, 'Headway: Train Head');
      await quickPickRow(page, '512-64').first().waitFor();
    },
    part: page => page.locator('.quick-input-widget'),
  },
  {
    name: 'running',
    open: async page => {
      await page.keyboard.press('Enter');
      for (const [setting, value] of [
        ['Epochs', '2000'],
        ['Patience', '0'],
      ] as const) {
        await page.getByRole('option', { name: new RegExp(`^${setting},`) }).click();
        await page.locator('.quick-input-message', { hasText: setting }).waitFor();
        await quickInput(page).fill(value);
        await page.keyboard.press('Enter');
      }
      await page.getByRole('option', { name: /Train, 512-64 on/ }).click();
      await row(page, /epoch \d\d of/).waitFor({ timeout: 120_000 });
    },
  },
  {
    name: 'classify',
    open: async page => {
      await runCommand(page, 'Headway: Stop Run');
      await row(page, /^512-64stopped/).waitFor({ timeout: 60_000 });
      await openViewContainer(page, 'Explorer');
      const level = (n: number) => page.locator(`.explorer-folders-view .monaco-list-row[aria-level="${n}"]`);
      for (const [n, name] of ['garden', 'images', 'kiwi'].entries())
        await level(n + 1)
          .filter({ hasText: name })
          .click();
      for (const i of [0, 1, 2, 3])
        await level(4)
          .nth(i)
          .click({ modifiers: ['Control'] });
      await contextMenu(page, level(4).nth(3), 'Headway: Classify');
      await webview(page).locator('.bars').nth(3).waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'walkthrough',
    open: async page => {
      await runCommand(page, 'View: Close All Editors');
      await runCommand(page, 'Welcome: Open Walkthrough');
      await quickPickRow(page, 'Get started with Headway').click();
      // With the room it has when a new user sees it.
      await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
      await page.getByText('See what it gets wrong').waitFor();
    },
    part: page => page.locator('.part.editor'),
  },
];
