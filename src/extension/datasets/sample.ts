import path from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { View } from '../contributions.ts';
import { withProgress } from '../platform/progress.ts';
import { t } from '../platform/text.ts';
import { tellAdded } from './addDataset.ts';

export const SAMPLE = 'garden';

/** Makes the sample in the open folder, or asks for a folder, makes it there and opens that. */
export async function openSample(app: App): Promise<void> {
  const open = await app.store.root();
  const workspace = open ?? (await askFolder());
  if (workspace === undefined) return;
  if (open !== undefined) {
    await app.store.load();
    const there = app.store.datasets.find(d => d.name === SAMPLE);
    if (there) {
      await vscode.commands.executeCommand(`${View.datasets}.focus`);
      tellAdded(there);
      return;
    }
  }
  const dataset = await withProgress(t('Making the sample “{0}”', SAMPLE), options =>
    app.engine.createSample({ workspace, directory: path.join(workspace, SAMPLE) }, options),
  );
  if (open === undefined) {
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(workspace));
    return;
  }
  await app.store.refresh();
  await vscode.commands.executeCommand(`${View.datasets}.focus`);
  tellAdded(dataset);
}

async function askFolder(): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: t('Where should the sample be made?'),
    openLabel: t('Make Sample Here'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return picked?.[0]?.fsPath;
}
