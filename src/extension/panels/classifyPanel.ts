import path from 'node:path';
import * as vscode from 'vscode';
import type { ClassifyAnswer } from '../../shared/engineApi.ts';
import type { Progress } from '../../shared/experiment.ts';
import type { ClassifyPanelApi, ClassifyPanelEvents, ClassifyView, PanelState } from '../../shared/panelApi.ts';
import type { CallContext, Handlers } from '../../shared/rpc.ts';
import type { App } from '../app.ts';
import { canShow, classifyChoices, IMAGENET, panelTitle, pictureName } from './classifyModel.ts';
import { PanelConnection } from './panelConnection.ts';
import { openBeside } from './resultPanel.ts';
import { setPage } from './webviewPage.ts';

/** Longer side in pixels of the picture that stands in for one that the page cannot draw. */
const STAND_IN_SIZE = 1024;

export class ClassifyPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #app: App;
  readonly #connection: PanelConnection<ClassifyPanelApi, ClassifyPanelEvents>;
  #state: PanelState;
  #choices = '';

  constructor(app: App, panel: vscode.WebviewPanel, state: PanelState) {
    this.#app = app;
    this.panel = panel;
    this.#state = state;
    this.#connection = new PanelConnection(panel.webview, this.#handlers(), app.log);
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#connection.drop();
    });
    panel.onDidDispose(() => this.#connection.dispose());
    this.#show();
  }

  get paths(): readonly string[] {
    return this.#state.paths ?? [];
  }

  /** Shows other pictures, answered by the latest good experiment again. */
  show(workspace: string, paths: string[]): void {
    this.#state = { kind: 'classify', workspace, paths };
    this.#show();
    this.panel.reveal();
  }

  /** The store looked again: other experiments may answer now. */
  update(): void {
    const choices = JSON.stringify(classifyChoices(this.#app.store.experiments));
    if (this.#choices !== '' && choices !== this.#choices) this.#connection.emit('stale', null);
  }

  #show(): void {
    // A new page rather than a message: the pictures' folders must be among its roots.
    const folders = [...new Set(this.paths.map(p => path.dirname(p)))].map(f => vscode.Uri.file(f));
    const workspace = (vscode.workspace.workspaceFolders ?? []).map(f => f.uri);
    setPage(this.panel, this.#app.context.extensionUri, this.#state, [...workspace, ...folders]);
  }

  #handlers(): Handlers<ClassifyPanelApi> {
    return {
      load: (_, context) => this.#view(this.#state.experiment, context),
      choose: async ({ experiment }, context) => {
        const view = await this.#view(experiment, context);
        this.#state = { ...this.#state, experiment };
        return view;
      },
      openImage: async ({ path: file }) => {
        await openBeside(file);
        return null;
      },
      openExperiment: async ({ id }) => {
        await this.#app.panels.openResult(this.#state.workspace, id);
        return null;
      },
    };
  }

  async #view(experiment: string | undefined, context: CallContext<Progress>): Promise<ClassifyView> {
    const { engine, store } = this.#app;
    const { workspace } = this.#state;
    const call = { signal: context.signal, onProgress: (p: Progress) => context.progress(p) };
    await store.load();
    const choices = classifyChoices(store.experiments);
    this.#choices = JSON.stringify(choices);
    // A chosen experiment may have been deleted since: the default answers then.
    const known = choices.some(c => c.experiment === experiment);
    const params = { workspace, paths: [...this.paths], ...(experiment !== undefined && known ? { experiment } : {}) };
    const answer = await engine.classify(params, call);
    const paths = answer.images.map(i => i.path);
    this.panel.title = panelTitle(paths);
    return {
      answer,
      uris: await this.#uris(answer, context.signal),
      names: paths.map(p => pictureName(workspace, p)),
      choices,
      chosen: answer.by.kind === 'experiment' ? answer.by.id : IMAGENET,
    };
  }

  /** Pictures that Chromium cannot draw (TIFF) come from the engine as data. */
  async #uris(answer: ClassifyAnswer, signal: AbortSignal): Promise<string[]> {
    const foreign = answer.images.filter(i => !canShow(i.path) && i.problem === undefined).map(i => i.path);
    const standIns = new Map<string, string>();
    if (foreign.length > 0) {
      const page = await this.#app.engine.thumbnails({ paths: foreign, size: STAND_IN_SIZE }, { signal });
      foreign.forEach((p, i) => {
        const bytes = page.bytes.subarray(page.offsets[i], page.offsets[i + 1]);
        if (bytes.length > 0) standIns.set(p, `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`);
      });
    }
    return answer.images.map(
      i => standIns.get(i.path) ?? this.panel.webview.asWebviewUri(vscode.Uri.file(i.path)).toString(),
    );
  }
}
