import path from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentDetail } from '../../shared/experiment.ts';
import type { PanelState, ResultPanelApi, ResultPanelEvents } from '../../shared/panelApi.ts';
import type { Handlers } from '../../shared/rpc.ts';
import type { App } from '../app.ts';
import { Command } from '../contributions.ts';
import { copyPage } from './copyPage.ts';
import { PanelConnection } from './panelConnection.ts';
import { setPage } from './webviewPage.ts';

export class ResultPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #app: App;
  readonly #where: { workspace: string; id: string };
  readonly #connection: PanelConnection<ResultPanelApi, ResultPanelEvents>;
  #detail: ExperimentDetail | undefined;

  constructor(app: App, panel: vscode.WebviewPanel, state: PanelState & { id: string }) {
    this.#app = app;
    this.panel = panel;
    this.#where = { workspace: state.workspace, id: state.id };
    this.#connection = new PanelConnection(panel.webview, this.#handlers(), app.log);
    panel.onDidChangeViewState(() => {
      // A hidden page is dropped; the one that is made when the panel is shown again asks for a fresh snapshot.
      if (!panel.visible) this.#connection.drop();
    });
    panel.onDidDispose(() => this.#connection.dispose());
    setPage(panel, app.context.extensionUri, state, []);
  }

  /** The store looked again: tells a visible page what is new. */
  async update(): Promise<void> {
    if (!this.panel.visible) return;
    const summary = this.#app.store.experiments.find(e => e.file.id === this.#where.id);
    if (!summary) {
      if (this.#app.store.error === undefined) this.#connection.emit('deleted', null);
      return;
    }
    if (this.#detail && JSON.stringify(shown(summary)) === JSON.stringify(shown(this.#detail))) return;
    this.#connection.emit('changed', await this.#load());
  }

  async #load(): Promise<ExperimentDetail> {
    this.#detail = await this.#app.engine.getExperiment(this.#where);
    this.panel.title = this.#detail.file.name;
    return this.#detail;
  }

  async #absolute(relative: string): Promise<string> {
    return path.resolve((this.#detail ?? (await this.#load())).imageRoot, relative);
  }

  #handlers(): Handlers<ResultPanelApi> {
    const { engine, store } = this.#app;
    const change = async (act: (where: { workspace: string; id: string }) => Promise<null>): Promise<null> => {
      await act(this.#where);
      await store.refresh(['experiments']);
      return null;
    };
    return {
      load: () => this.#load(),
      predictions: (query, { signal }) => engine.predictions({ ...query, ...this.#where }, { signal }),
      thumbnails: async ({ paths, size }, { signal }) => {
        const absolute = await Promise.all(paths.map(p => this.#absolute(p)));
        return copyPage(await engine.thumbnails({ paths: absolute, size }, { signal }));
      },
      openImage: async ({ path: relative }) => {
        await openBeside(await this.#absolute(relative));
        return null;
      },
      stop: () => change(engine.stopExperiment),
      pause: () => change(engine.pauseExperiment),
      resume: () => change(engine.resumeExperiment),
      trainAgain: async () => {
        const { config, name } = (this.#detail ?? (await this.#load())).file;
        await this.#app.panels.openTrain(this.#where.workspace, config, name);
        return null;
      },
      showLog: async () => {
        await vscode.commands.executeCommand(Command.showLog);
        return null;
      },
    };
  }
}

/** What a page shows of a run, without the heartbeat. */
const shown = ({
  file,
  metrics,
  lastEpoch,
}: { file: ExperimentDetail['file'] } & Pick<ExperimentDetail, 'metrics'> & { lastEpoch?: unknown }) => ({
  file: { ...file, process: undefined },
  metrics,
  lastEpoch,
});

export async function openBeside(file: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), {
    viewColumn: vscode.ViewColumn.Beside,
    preview: true,
  } satisfies vscode.TextDocumentShowOptions);
}
