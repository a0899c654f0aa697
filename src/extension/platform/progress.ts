import * as vscode from 'vscode';
import type { Progress } from '../../shared/experiment.ts';
import type { CallOptions } from '../../shared/rpc.ts';
import { increment, progressText } from './progressText.ts';

/** Runs a call of the engine under a notification with a Cancel button. */
export function withProgress<R>(title: string, run: (options: CallOptions<Progress>) => Promise<R>): Thenable<R> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => controller.abort());
    let shown = 0;
    try {
      return await run({
        signal: controller.signal,
        onProgress: p => {
          const step = increment(p, shown);
          shown += step;
          progress.report({ message: progressText(p), increment: step });
        },
      });
    } finally {
      subscription.dispose();
    }
  });
}
