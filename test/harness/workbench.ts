// What a person does in VS Code's window, for Playwright.
import type { FrameLocator, Locator, Page } from 'playwright-core';

const START_LIMIT_MS = 60_000;
const PALETTE_LIMIT_MS = 30_000;

/** Waits until the window is drawn. */
export async function waitWorkbench(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ timeout: START_LIMIT_MS });
  await page.locator('.part.statusbar').waitFor({ timeout: START_LIMIT_MS });
}

/** The input box of the palette, a quick pick or the simple file dialog. */
export const quickInput = (page: Page): Locator => page.locator('.quick-input-widget input[type="text"]');

/** Rows of a quick pick that contain the text. */
export const quickPickRow = (page: Page, text: string): Locator =>
  page.locator('.quick-input-widget .monaco-list-row', { hasText: text });

/** The palette's row of a command, by its whole title ("Headway: Train Head"; dots behind it need not be told). */
export const commandRow = (page: Page, title: string): Locator =>
  quickPickRow(page, title).filter({
    has: page.locator('.label-name', {
      hasText: new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(…|\\.{3})?$`),
    }),
  });

/** Runs a command from the palette by its whole title. Waits until an extension has contributed it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = quickInput(page);
  await input.waitFor();
  await input.fill(`>${title}`);
  await commandRow(page, title).click({ timeout: PALETTE_LIMIT_MS });
}

/**
 * Right-clicks the target and picks an entry. A VS Code menu ignores the mouse for its first 100 ms, so it is clicked until it is gone.
 * @param name the entry's whole label
 */
export async function contextMenu(page: Page, target: Locator, name: string): Promise<void> {
  await target.click({ button: 'right' });
  const item = page.getByRole('menuitem', { name, exact: true });
  await item.waitFor();
  for (let i = 0; i < 5; i++) {
    // Fails where the click before this one has closed the menu at last; whether it did is asked next.
    await item.click({ timeout: 2000 }).catch(() => undefined);
    const hidden = item.waitFor({ state: 'hidden', timeout: 500 });
    if (
      await hidden.then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error(`the menu stayed open: ${name}`);
}

/** Opens a view container by its name in the activity bar ("Headway", "Explorer"). */
export async function openViewContainer(page: Page, name: string): Promise<void> {
  const tab = page.locator('.part.activitybar').getByRole('tab', { name: new RegExp(`^${name}`) });
  await tab.waitFor({ timeout: PALETTE_LIMIT_MS });
  if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
}

/** The extension's own page inside the visible webview: #active-frame in an outer frame. */
export const webview = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

/** A notification that contains the text. */
export const toast = (page: Page, text: string | RegExp): Locator =>
  page.locator('.notification-toast', { hasText: text });

/** Saves a picture of the window as PNG, with animations ended. */
export async function screenshot(page: Page, file: string): Promise<void> {
  await page.screenshot({ path: file, animations: 'disabled' });
}

/** Runs the steps of a test and saves a picture of the window where one fails. */
export async function pictureOnFailure(page: Page, file: string, steps: () => Promise<void>): Promise<void> {
  try {
    await steps();
  } catch (error) {
    await screenshot(page, file);
    throw error;
  }
}
