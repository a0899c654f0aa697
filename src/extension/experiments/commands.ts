import * as vscode from 'vscode';
import { count } from '../../shared/format.ts';
import { isActive, type ExperimentSummary } from '../../shared/experiment.ts';
import type { App } from '../app.ts';
import { Command, type HandlersOf } from '../contributions.ts';
import { BACK, pickOne } from '../platform/quickInput.ts';
import { t } from '../platform/text.ts';
import { openTrainForm } from '../train/trainHead.ts';
import { activeRuns, canPause, canResume, describe, newestFirst, type ExperimentNode } from './model.ts';
import type { ExperimentTree } from './tree.ts';

type Id = ExperimentNode | string | undefined;

export function experimentCommands(
  app: App,
  tree: ExperimentTree,
): HandlersOf<
  | typeof Command.openExperiment
  | typeof Command.pauseExperiment
  | typeof Command.resumeExperiment
  | typeof Command.stopExperiment
  | typeof Command.trainAgain
  | typeof Command.deleteExperiment
  | typeof Command.copyExperimentId
> {
  const idOf = async (node: Id, among: () => ExperimentSummary[], placeholder: string): Promise<string | undefined> => {
    if (typeof node === 'string') return node;
    if (node) return node.experiment.file.id;
    await app.store.load();
    return pickExperiment(among(), placeholder);
  };
  const change = async (
    id: string,
    act: (where: { workspace: string; id: string }) => Promise<null>,
  ): Promise<void> => {
    await act({ workspace: await app.store.requireRoot(), id });
    await app.store.refresh(['experiments']);
  };
  return {
    [Command.openExperiment]: async node => {
      const id = await idOf(node, () => newestFirst(app.store.experiments), t('Which experiment?'));
      if (id !== undefined) await app.panels.openResult(await app.store.requireRoot(), id);
    },
    [Command.pauseExperiment]: async node => {
      const id = await idOf(
        node,
        () => activeRuns(app.store.experiments).filter(canPause),
        t('Which run should pause?'),
      );
      if (id !== undefined) await change(id, app.engine.pauseExperiment);
    },
    [Command.resumeExperiment]: async node => {
      const among = () => newestFirst(app.store.experiments.filter(canResume));
      const id = await idOf(node, among, t('Which run should go on?'));
      if (id !== undefined) await change(id, app.engine.resumeExperiment);
    },
    [Command.stopExperiment]: async node => {
      const id = await idOf(node, () => activeRuns(app.store.experiments), t('Which run should stop?'));
      if (id !== undefined) await change(id, app.engine.stopExperiment);
    },
    [Command.trainAgain]: async node => {
      const id = await idOf(
        node,
        () => newestFirst(app.store.experiments),
        t('Which experiment should be trained again?'),
      );
      if (id === undefined) return;
      await app.store.load();
      const file = app.store.experiments.find(e => e.file.id === id)?.file;
      if (file) await openTrainForm(app, file.config, file.name);
    },
    [Command.deleteExperiment]: async (node, nodes) => {
      const chosen = nodes ?? (node ? [node] : tree.view.selection);
      const ended = chosen.map(c => c.experiment.file).filter(f => !isActive(f.status));
      const first = ended[0];
      if (!first) return;
      const what = ended.length === 1 ? `“${first.name}”` : count(ended.length, t('experiment'), t('experiments'));
      const button = t('Delete');
      const answer = await vscode.window.showWarningMessage(
        t('Delete {0}?', what),
        { modal: true, detail: t('Its model, curves and predictions are deleted from .headway. Images stay.') },
        button,
      );
      if (answer !== button) return;
      const workspace = await app.store.requireRoot();
      for (const { id } of ended) await app.engine.deleteExperiment({ workspace, id });
      await app.store.refresh(['experiments']);
    },
    [Command.copyExperimentId]: async node => {
      const file = (node ?? tree.view.selection[0])?.experiment.file;
      if (file) await vscode.env.clipboard.writeText(file.id);
    },
  };
}

/** The only one, or the user's choice. Tells the user when there is none. */
async function pickExperiment(experiments: ExperimentSummary[], placeholder: string): Promise<string | undefined> {
  const only = experiments[0];
  if (!only) {
    void vscode.window.showInformationMessage(t('There is no such experiment yet. Train a head first.'));
    return undefined;
  }
  if (experiments.length === 1) return only.file.id;
  const choices = experiments.map(e => ({ label: e.file.name, description: describe(e), value: e.file.id }));
  const answer = await pickOne(choices, { title: t('Headway'), placeholder });
  return answer === BACK ? undefined : answer;
}
