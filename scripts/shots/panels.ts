import type { Page } from 'playwright-core';
import { openViewContainer } from '../../test/harness/workbench.ts';

/** A picture to take. */
export interface Panel {
  /** Of the file: docs/images/NAME-THEME.png. */
  readonly name: string;
  /** Brings the window from what the panel before it left to what the picture shows, and waits until it is drawn. */
  readonly open: (page: Page) => Promise<void>;
}

/** The pictures in the order in which they are taken, all in one window on a workspace that `headway demo` has made. */
export const PANELS: readonly Panel[] = [
  {
    name: 'views',
    open: async page => {
      await openViewContainer(page, 'Headway');
      await page.locator('.part.sidebar').getByRole('treeitem').first().waitFor();
    },
  },
];
