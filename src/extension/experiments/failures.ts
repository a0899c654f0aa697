import * as vscode from 'vscode';
import { isActive } from '../../shared/experiment.ts';
import { Command } from '../contributions.ts';
import { t } from '../platform/text.ts';
import type { Store } from '../store.ts';

/** Tells the user when a run that was seen active has failed. A run that ends well shows in the tree only. */
export function registerFailures(store: Store): vscode.Disposable {
  const active = new Set<string>();
  return store.onDidChange(() => {
    for (const { file } of store.experiments) {
      const was = active.delete(file.id);
      if (isActive(file.status)) active.add(file.id);
      else if (was && (file.status === 'failed' || file.status === 'interrupted')) {
        const message =
          file.status === 'interrupted'
            ? t('The run “{0}” was interrupted: its process is gone. Resume it to go on where it was.', file.name)
            : t('The run “{0}” failed: {1}', file.name, file.message ?? t('see the log.'));
        const show = t('Show Log');
        const open = t('Show Results');
        const resume = t('Resume');
        const buttons = file.status === 'interrupted' ? [resume, show, open] : [show, open];
        void vscode.window.showErrorMessage(message, ...buttons).then(answer => {
          if (answer === resume) void vscode.commands.executeCommand(Command.resumeExperiment, file.id);
          if (answer === show) void vscode.commands.executeCommand(Command.showLog);
          if (answer === open) void vscode.commands.executeCommand(Command.openExperiment, file.id);
        });
      }
    }
  });
}
