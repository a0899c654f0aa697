import path from 'node:path';
import * as vscode from 'vscode';
import type { App } from './app.ts';
import { registerCommands } from './commands.ts';
import { ContextKey, Setting } from './contributions.ts';
import { DatasetTree } from './datasets/tree.ts';
import { Engine } from './engine/engine.ts';
import { registerFailures } from './experiments/failures.ts';
import { registerStatusBar } from './experiments/statusBar.ts';
import { ExperimentTree } from './experiments/tree.ts';
import { Panels } from './panels/panels.ts';
import { setting } from './platform/config.ts';
import { showError } from './platform/errors.ts';
import { setTranslate } from './platform/text.ts';
import { hasActiveRun } from './experiments/activeFiles.ts';
import { setContext, Store } from './store.ts';
import type { TestApi } from './testApi.ts';

let engine: Engine | undefined;

export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  setTranslate(vscode.l10n.t);
  const log = vscode.window.createOutputChannel('Headway', { log: true });
  const running = new Engine({
    main: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine', 'main.mjs').fsPath,
    version: (context.extension.packageJSON as { version: string }).version,
    cacheDirectory: () => cacheDirectory(context),
    log,
    onState: state => setContext(ContextKey.engineFailed, state === 'failed'),
    onGaveUp: error => showError(error, log),
  });
  engine = running;
  const store = new Store(running, log);
  const panels = new Panels(() => app);
  const app: App = { context, log, engine: running.api, store, panels };
  const datasets = new DatasetTree(store);
  const experiments = new ExperimentTree(store);
  context.subscriptions.push(
    log,
    store,
    panels,
    datasets,
    experiments,
    registerStatusBar(store),
    registerFailures(store),
    store.onDidChange(() => panels.update()),
    panels.onDidShow(id => experiments.select(id)),
    registerCommands(app, running, experiments),
    vscode.workspace.onDidChangeConfiguration(e => {
      if (e.affectsConfiguration(Setting.cacheDirectory) && running.pid !== undefined)
        running.restart().catch((error: unknown) => showError(error, log));
    }),
  );
  // A run that goes on (window reloaded, or started by the command line) shows in the status bar before any view is opened.
  void store.root().then(async root => {
    if (root !== undefined && (await hasActiveRun(root))) await store.load();
  });
  return context.extensionMode === vscode.ExtensionMode.Test
    ? { app, engine: running, datasets, experiments }
    : undefined;
}

export async function deactivate(): Promise<void> {
  await engine?.dispose();
}

function cacheDirectory(context: vscode.ExtensionContext): string {
  const chosen = setting(Setting.cacheDirectory);
  return chosen !== '' && path.isAbsolute(chosen) ? chosen : path.join(context.globalStorageUri.fsPath, 'cache');
}
