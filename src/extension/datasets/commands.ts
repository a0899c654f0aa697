import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { Command, type HandlersOf } from '../contributions.ts';
import { t } from '../platform/text.ts';
import { addDataset } from './addDataset.ts';
import { imageRoot, type DatasetNode } from './model.ts';
import { openSample } from './sample.ts';

export function datasetCommands(
  app: App,
): HandlersOf<
  typeof Command.openSample | typeof Command.addDataset | typeof Command.removeDataset | typeof Command.openProblem
> {
  return {
    [Command.openSample]: () => openSample(app),
    [Command.addDataset]: source => addDataset(app, source?.fsPath),
    [Command.removeDataset]: async node => {
      if (!node) return;
      const { name } = node.dataset;
      const button = t('Remove');
      const answer = await vscode.window.showWarningMessage(
        t('Remove the dataset “{0}”?', name),
        { modal: true, detail: t('Headway forgets its split. Images and experiments stay.') },
        button,
      );
      if (answer !== button) return;
      await app.engine.removeDataset({ workspace: await app.store.requireRoot(), name });
      await app.store.refresh(['datasets']);
    },
    [Command.openProblem]: async node => {
      if (node?.kind === 'problem') await openProblem(await app.store.requireRoot(), node);
    },
  };
}

/** Opens the picture when it is there, else shows the problem's sentence. */
async function openProblem(workspace: string, node: Extract<DatasetNode, { kind: 'problem' }>): Promise<void> {
  const relative = node.path ?? node.problem.paths[0];
  const file = relative === undefined ? undefined : path.resolve(imageRoot(workspace, node.dataset), relative);
  const there =
    file !== undefined &&
    (await stat(file).then(
      s => s.isFile(),
      () => false,
    ));
  if (file !== undefined && there) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  if (!there || node.problem.paths.length === 1) void vscode.window.showWarningMessage(node.problem.message);
}
