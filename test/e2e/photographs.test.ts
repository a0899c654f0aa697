// The main job on real photographs: the command line adds them and trains, the editor shows the same files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../harness/paths.ts';
import { openViewContainer, webview } from '../harness/workbench.ts';
import { expectPictures, openWindow, textOf, treeRow } from './window.ts';

const PHOTOGRAPHS = path.resolve(ROOT, '../shared/data/produce');
const skip = existsSync(path.join(PHOTOGRAPHS, 'manifest.csv')) ? false : `no photographs at ${PHOTOGRAPHS}`;

test(
  'a probe on 50 kinds of produce is right about 72 % and more, and the panel shows what is wrong',
  { skip },
  async () => {
    const window = await openWindow(workspace => {
      symlinkSync(PHOTOGRAPHS, path.join(workspace, 'produce'));
      const headway = (...args: string[]) =>
        execFileSync(
          process.execPath,
          [path.join(ROOT, 'dist/engine/main.mjs'), ...args, '--quiet', '--cache', path.join(workspace, 'cache')],
          { cwd: workspace, stdio: ['ignore', 'ignore', 'inherit'] },
        );
      headway('dataset', 'add', 'produce');
      headway('train', '--head', 'probe');
    });
    const { page } = window;
    try {
      await window.steps('photographs', async () => {
        await openViewContainer(page, 'Headway');
        await textOf(treeRow(page, /^produce/), /50 classes/);
        await treeRow(page, /^probe/).click();
        const panel = webview(page);
        const headline = await textOf(panel.locator('.headline'), /accuracy on test/);
        assert.ok(parseFloat(headline) >= 72, headline);
        await expectPictures(panel);
        assert.equal(await panel.getByRole('table', { name: 'Classes in test' }).getAttribute('aria-rowcount'), '51');
      });
    } finally {
      await window.close();
    }
  },
);
