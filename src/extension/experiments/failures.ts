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
            ? t('The run “{0}” was interrupted: its process is gone. Train again to repeat it.', file.name)
            : t('The run “{0}” failed: {1}', file.name, file.message ?? t('see the log.'));
        const show = t('Show Log');
        const open = t('Show Results');
        void vscode.window.showErrorMessage(message, show, open).then(answer => {
          if (answer === show) void vscode.commands.executeCommand(Command.showLog);
          if (answer === open) void vscode.commands.executeCommand(Command.openExperiment, file.id);
        });
      }
    }
  });
}
