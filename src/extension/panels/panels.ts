/** All open panels: one per experiment, one for Classify and one to train. Restores them after a reload. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { TrainConfig } from '../../shared/experiment.ts';
import type { PanelState } from '../../shared/panelApi.ts';
import type { App } from '../app.ts';
import { Panel } from '../contributions.ts';
import { showError } from '../platform/errors.ts';
import { t } from '../platform/text.ts';
import type { ClassifyPanel } from './classifyPanel.ts';
import { isPanelState } from './panelState.ts';
import type { ResultPanel } from './resultPanel.ts';
import type { TrainPanel } from './trainPanel.ts';

export class Panels implements vscode.Disposable {
  readonly results = new Map<string, ResultPanel>();
  classify: ClassifyPanel | undefined;
  train: TrainPanel | undefined;
  readonly #app: () => App;
  readonly #shown = new vscode.EventEmitter<string>();
  readonly #subscriptions: vscode.Disposable[] = [];

  /** The experiment whose results came to the front. */
  readonly onDidShow = this.#shown.event;

  /** `app` is asked only after activation: the panels are part of it. */
  constructor(app: () => App) {
    this.#app = app;
    const serializer = {
      deserializeWebviewPanel: (panel: vscode.WebviewPanel, state: unknown) => this.restore(panel, state),
    };
    for (const viewType of Object.values(Panel))
      this.#subscriptions.push(vscode.window.registerWebviewPanelSerializer(viewType, serializer));
  }

  /** Fills a panel that VS Code made after a reload, from what its page had saved. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    // Without a state there is nothing to show, and an empty tab would only puzzle.
    if (!isPanelState(state)) panel.dispose();
    else if (state.kind === 'result') await this.#result(panel, state);
    else if (state.kind === 'train') await this.#train(panel, state);
    else await this.#classify(panel, state);
  }

  async openResult(workspace: string, id: string): Promise<void> {
    const open = this.results.get(id);
    if (open) {
      open.panel.reveal();
      return;
    }
    const name = this.#app().store.experiments.find(e => e.file.id === id)?.file.name;
    const panel = vscode.window.createWebviewPanel(Panel.result, name ?? t('Results'), vscode.ViewColumn.Active);
    await this.#result(panel, { kind: 'result', workspace, id });
  }

  async openClassify(workspace: string, paths: string[]): Promise<void> {
    if (this.classify) {
      this.classify.show(workspace, paths);
      return;
    }
    const panel = vscode.window.createWebviewPanel(Panel.classify, t('Classify'), vscode.ViewColumn.Active);
    await this.#classify(panel, { kind: 'classify', workspace, paths });
  }

  /** The training form with this configuration. What was typed into it before is dropped. */
  async openTrain(workspace: string, config: TrainConfig, from: string | undefined): Promise<void> {
    const id = randomUUID();
    const state: PanelState = { kind: 'train', workspace, id, config, ...(from !== undefined && { from }) };
    if (this.train) {
      this.train.show(state);
      return;
    }
    const panel = vscode.window.createWebviewPanel(Panel.train, t('Train Head'), vscode.ViewColumn.Active);
    await this.#train(panel, state);
  }

  /** The store changed. */
  update(): void {
    this.classify?.update();
    this.train?.update();
    for (const result of this.results.values())
      result.update().catch((error: unknown) => this.#app().log.warn(String(error)));
  }

  async #result(panel: vscode.WebviewPanel, state: PanelState): Promise<void> {
    const { id } = state;
    if (id === undefined || this.results.has(id)) return void panel.dispose();
    const { ResultPanel } = await import('./resultPanel.ts');
    this.results.set(id, new ResultPanel(this.#app(), panel, { ...state, id }));
    panel.onDidDispose(() => this.results.delete(id));
    panel.onDidChangeViewState(() => {
      if (panel.active) this.#shown.fire(id);
    });
    if (panel.active) this.#shown.fire(id);
    this.#look();
  }

  async #classify(panel: vscode.WebviewPanel, state: PanelState): Promise<void> {
    if (this.classify) return void panel.dispose();
    const { ClassifyPanel } = await import('./classifyPanel.ts');
    this.classify = new ClassifyPanel(this.#app(), panel, state);
    panel.onDidDispose(() => (this.classify = undefined));
    this.#look();
  }

  async #train(panel: vscode.WebviewPanel, state: PanelState): Promise<void> {
    const { config } = state;
    if (this.train || !config) return void panel.dispose();
    const { TrainPanel } = await import('./trainPanel.ts');
    this.train = new TrainPanel(this.#app(), panel, state);
    panel.onDidDispose(() => (this.train = undefined));
    this.#look();
  }

  /** A panel restored after a reload follows its run even when no view of ours is shown. */
  #look(): void {
    const { store, log } = this.#app();
    void store.load().then(() => {
      if (store.error !== undefined) showError(store.error, log);
    });
  }

  dispose(): void {
    for (const d of this.#subscriptions) d.dispose();
    this.#shown.dispose();
    for (const { panel } of this.results.values()) panel.dispose();
    this.classify?.panel.dispose();
    this.train?.panel.dispose();
  }
}
