import * as vscode from 'vscode';
import { Command, type CommandId } from '../contributions.ts';
import { escapeMarkdown } from '../platform/row.ts';
import { t } from '../platform/text.ts';
import type { Store } from '../store.ts';
import { statusBar, type StatusBar } from './model.ts';

/** An item while a run is active: its epoch, a click that opens its results, and a hover that pauses, resumes and stops. */
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
    item.tooltip = tooltip(shown);
    item.command = { command: Command.openExperiment, title: t('Show Results'), arguments: [shown.id] };
    item.show();
  });
  return vscode.Disposable.from(item, subscription);
}

const IN_TOOLTIP: readonly CommandId[] = [Command.pauseExperiment, Command.resumeExperiment, Command.stopExperiment];

function tooltip({ runs }: StatusBar): vscode.MarkdownString {
  const link = (text: string, command: CommandId, id: string) =>
    `[${text}](command:${command}?${encodeURIComponent(JSON.stringify([id]))})`;
  const lines = runs.map(run =>
    [
      escapeMarkdown(run.text),
      ...(run.canPause ? [link(t('Pause'), Command.pauseExperiment, run.id)] : []),
      ...(run.canResume ? [link(t('Resume'), Command.resumeExperiment, run.id)] : []),
      link(t('Stop'), Command.stopExperiment, run.id),
    ].join(' · '),
  );
  const text = new vscode.MarkdownString(lines.join('\n\n'));
  text.isTrusted = { enabledCommands: IN_TOOLTIP };
  return text;
}
