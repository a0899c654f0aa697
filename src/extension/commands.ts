import * as vscode from 'vscode';
import type { App } from './app.ts';
import { classify } from './classify.ts';
import { Command, type CommandHandlers } from './contributions.ts';
import { datasetCommands } from './datasets/commands.ts';
import type { Engine } from './engine/engine.ts';
import { experimentCommands } from './experiments/commands.ts';
import type { ExperimentTree } from './experiments/tree.ts';
import { showError } from './platform/errors.ts';
import { customTraining, trainHead } from './train/trainHead.ts';

/** Registers every command; what a command throws becomes a message. */
export function registerCommands(app: App, engine: Engine, experiments: ExperimentTree): vscode.Disposable {
  const handlers: CommandHandlers = {
    ...datasetCommands(app),
    ...experimentCommands(app, experiments),
    [Command.trainHead]: node => trainHead(app, node ? { dataset: node.dataset.name } : {}),
    [Command.customTraining]: node => customTraining(app, node?.dataset.name),
    [Command.classify]: (picture, pictures) => classify(app, picture, pictures),
    [Command.refresh]: () => app.store.refresh(),
    [Command.showLog]: () => app.log.show(true),
    [Command.restartEngine]: async () => {
      await engine.restart();
      await app.store.refresh();
    },
  };
  const entries = Object.entries(handlers) as [string, (...args: unknown[]) => unknown][];
  return vscode.Disposable.from(
    ...entries.map(([id, run]) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await run(...args);
        } catch (error) {
          showError(error, app.log);
          return undefined;
        }
      }),
    ),
  );
}
