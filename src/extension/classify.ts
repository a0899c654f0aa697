import path from 'node:path';
import * as vscode from 'vscode';
import type { App } from './app.ts';
import { isPicture, PICTURE_EXTENSIONS } from './contributions.ts';
import type { UriLike } from './platform/uriLike.ts';
import { t } from './platform/text.ts';

/** Pictures selected in the Explorer, else the one in the active editor, else the user's choice. */
export async function classify(app: App, picture: UriLike | undefined, pictures: UriLike[] | undefined): Promise<void> {
  const given = (pictures && pictures.length > 0 ? pictures : picture ? [picture] : activePicture())
    .filter(u => u.scheme === 'file' && isPicture(u.fsPath))
    .map(u => u.fsPath);
  const paths = given.length > 0 ? given : await askPictures();
  const first = paths[0];
  if (first === undefined) return;
  // Without a folder there are no experiments; the backbone's own classes answer.
  const workspace = (await app.store.root()) ?? path.dirname(first);
  await app.panels.openClassify(workspace, paths);
}

function activePicture(): vscode.Uri[] {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText;
  return shown ? [input.uri] : [];
}

async function askPictures(): Promise<string[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: t('Classify which pictures?'),
    openLabel: t('Classify'),
    canSelectMany: true,
    filters: { [t('Pictures')]: [...PICTURE_EXTENSIONS] },
    ...(folder ? { defaultUri: folder } : {}),
  });
  return (picked ?? []).map(u => u.fsPath);
}
