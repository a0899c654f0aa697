/** What the tests inside the extension host share. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/testApi.ts';

const LIMIT_MS = 50_000;

/** The extension under test, activated. */
export async function headway(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>('headway.headway');
  if (!extension) throw new Error('The extension headway.headway is not there.');
  return extension.activate();
}

/** The empty folder that is open. */
export const workspace = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

/** Waits until `look` gives something and returns it. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`);
    await new Promise(r => setTimeout(r, 50));
  }
}

/** 3 classes of 20 pictures, and a file that is none. */
export async function makePictures(folder: string): Promise<void> {
  const script = path.join(process.env['HEADWAY_ROOT']!, 'test/integration/makePictures.mjs');
  await promisify(execFile)(process.execPath, [script, folder], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
}

/** View types of the open webview tabs. VS Code puts a prefix before ours. */
export const openPanels = (): string[] =>
  vscode.window.tabGroups.all
    .flatMap(g => g.tabs)
    .flatMap(tab =>
      tab.input instanceof vscode.TabInputWebview ? [tab.input.viewType.replace(/^.*-headway/, 'headway')] : [],
    );

/** The editor's list of tabs follows a panel a moment later. */
export const showsPanels = (expected: string[]): Promise<unknown> =>
  until(`panels ${expected.join(', ')}`, () => isDeepStrictEqual(openPanels(), expected));
