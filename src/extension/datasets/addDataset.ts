import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AddDataset, DatasetSummary } from '../../shared/dataset.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { count } from '../../shared/format.ts';
import type { App } from '../app.ts';
import { Command } from '../contributions.ts';
import { withProgress } from '../platform/progress.ts';
import { askText, BACK, pickOne, type Answer } from '../platform/quickInput.ts';
import { t } from '../platform/text.ts';
import { labelColumns, suggestName, validateName } from './source.ts';

/** Source, name, label column (if the manifest has several), then the scan under a notification. */
export async function addDataset(app: App, given: string | undefined): Promise<void> {
  const workspace = await app.store.requireRoot();
  await app.store.load();
  const chosen = await ask(
    given,
    app.store.datasets.map(d => d.name),
  );
  if (!chosen) return;
  const dataset = await withProgress(t('Adding “{0}”', chosen.name ?? ''), options =>
    app.engine.addDataset({ workspace, ...chosen }, options),
  );
  await app.store.refresh();
  tellAdded(dataset);
}

/** Says what was found and offers the next step; does not wait for the answer. */
export function tellAdded(d: DatasetSummary): void {
  const found = t(
    '“{0}”: {1} of {2}.',
    d.name,
    count(d.images, t('image'), t('images')),
    count(d.classes.length, t('class'), t('classes')),
  );
  const problems = d.problems.length;
  const message =
    problems > 0 ? `${found} ${t('{0}: see the Datasets view.', count(problems, t('problem'), t('problems')))}` : found;
  const train = t('Train Head');
  const show =
    problems > 0
      ? vscode.window.showWarningMessage(message, train)
      : vscode.window.showInformationMessage(message, train);
  void show.then(answer => {
    if (answer === train) void vscode.commands.executeCommand(Command.trainHead, { kind: 'dataset', dataset: d });
  });
}

async function ask(given: string | undefined, taken: string[]): Promise<AddDataset | undefined> {
  const title = t('Add Dataset');
  for (;;) {
    const source = given ?? (await askSource(title));
    if (source === undefined) return undefined;
    const columns = (await stat(source)).isFile() ? labelColumns(await manifestHeader(source)) : [];
    const before = given === undefined ? 1 : 0;
    const totalSteps = before + (columns.length > 1 ? 2 : 1);
    let name: Answer<string> = suggestName(source, taken);
    let column: Answer<string> = columns[0];
    do {
      name = await askText({
        title,
        step: before + 1,
        totalSteps,
        canGoBack: given === undefined,
        prompt: t('Name of the dataset'),
        value: name,
        validate: text => validateName(text, taken),
      });
      if (name === undefined) return undefined;
      if (name === BACK) break;
      if (columns.length > 1)
        column = await pickOne(
          columns.map(c => ({ label: c, value: c })),
          { title, step: before + 2, totalSteps, canGoBack: true, placeholder: t('Which column holds the label?') },
        );
      if (column === undefined && columns.length > 1) return undefined;
    } while (column === BACK);
    if (name === BACK) continue;
    return { source, name, ...(typeof column === 'string' ? { labelColumn: column } : {}) };
  }
}

async function askSource(title: string): Promise<string | undefined> {
  const kind = await pickOne(
    [
      {
        label: `$(folder) ${t('Folder')}`,
        detail: t('One folder per class, or train, validation and test folders of class folders'),
        value: 'folder' as const,
      },
      {
        label: `$(table) ${t('Manifest')}`,
        detail: t('A CSV file with the columns path, label and, if you like, split and group'),
        value: 'manifest' as const,
      },
    ],
    { title, step: 1, totalSteps: 2, placeholder: t('Where are the images and their labels?') },
  );
  if (kind === undefined || kind === BACK) return undefined;
  const folder = kind === 'folder';
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel: t('Add'),
    canSelectFolders: folder,
    canSelectFiles: !folder,
    ...(folder ? {} : { filters: { CSV: ['csv'] } }),
    ...withDefault(vscode.workspace.workspaceFolders?.[0]?.uri),
  });
  return picked?.[0]?.fsPath;
}

const withDefault = (uri: vscode.Uri | undefined) => (uri ? { defaultUri: uri } : {});

const HEADER_BYTES = 64 * 1024;

/** Column names of the manifest's first line. Throws HeadwayError when there is none. */
export async function manifestHeader(file: string): Promise<string[]> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  const { parse } = await import('csv-parse/sync');
  const text = buffer.toString('utf8', 0, bytesRead);
  const rows = parse(text, { bom: true, to: 1, relax_column_count: true, trim: true, skip_empty_lines: true });
  const header = rows[0];
  if (!header)
    throw new HeadwayError('data', t('{0} is empty: its first line must name the columns.', path.basename(file)));
  return header;
}
