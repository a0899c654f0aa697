import * as vscode from 'vscode';
import { Command } from '../contributions.ts';
import { t } from '../platform/text.ts';
import type { Store } from '../store.ts';
import { statusBar } from './model.ts';

/** An item while a run is active: its epoch, and a click that opens its results. */
export function registerStatusBar(store: Store): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('headway.run', vscode.StatusBarAlignment.Left, 10);
  item.name = t('Headway training');
  const subscription = store.onDidChange(() => {
    const shown = statusBar(store.experiments);
    if (!shown) {
      item.hide();
      return;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.command = { command: Command.openExperiment, title: t('Show Results'), arguments: [shown.id] };
    item.show();
  });
  return vscode.Disposable.from(item, subscription);
}
