import * as vscode from 'vscode';
import { CancelledError, HeadwayError, messageOf } from '../../shared/errors.ts';
import { Command } from '../contributions.ts';
import { t } from './text.ts';

/** Logs the error whole and shows its sentence with "Show Log", and "Restart Engine" where the engine is at fault. Does not wait for the answer. */
export function showError(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof CancelledError) return;
  log.error(error instanceof Error ? error : String(error));
  const restart = t('Restart Engine');
  const show = t('Show Log');
  const buttons = error instanceof HeadwayError && error.code === 'engine' ? [show, restart] : [show];
  void vscode.window.showErrorMessage(messageOf(error), ...buttons).then(answer => {
    if (answer === show) void vscode.commands.executeCommand(Command.showLog);
    if (answer === restart) void vscode.commands.executeCommand(Command.restartEngine);
  });
}
