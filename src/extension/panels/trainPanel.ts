import path from 'node:path';
import * as vscode from 'vscode';
import { HeadwayError } from '../../shared/errors.ts';
import type { PanelState, TrainDataset, TrainPanelApi, TrainPanelEvents } from '../../shared/panelApi.ts';
import type { Handlers } from '../../shared/rpc.ts';
import type { App } from '../app.ts';
import { PICTURE_EXTENSIONS } from '../contributions.ts';
import { imageRoot } from '../datasets/model.ts';
import { t } from '../platform/text.ts';
import { trainPresets } from '../train/model.ts';
import { startRun } from '../train/trainHead.ts';
import { spread, trainImages } from '../train/trainImages.ts';
import { pictureName } from './classifyModel.ts';
import { PanelConnection } from './panelConnection.ts';
import { setPage } from './webviewPage.ts';

/** The form with all settings of a run. */
export class TrainPanel {
  readonly panel: vscode.WebviewPanel;
  /** What the page asks; integration tests ask in its place. */
  readonly handlers: Handlers<TrainPanelApi>;
  readonly #app: App;
  readonly #connection: PanelConnection<TrainPanelApi, TrainPanelEvents>;
  #state: PanelState;
  #datasets = '';
  /** Image lists by data hash: a preview asks for one picture at a time. */
  readonly #images = new Map<string, string[]>();

  constructor(app: App, panel: vscode.WebviewPanel, state: PanelState) {
    this.#app = app;
    this.panel = panel;
    this.#state = state;
    this.handlers = this.#handlers();
    this.#connection = new PanelConnection(panel.webview, this.handlers, app.log);
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#connection.drop();
    });
    panel.onDidDispose(() => this.#connection.dispose());
    setPage(panel, app.context.extensionUri, state, []);
  }

  /** A page has asked for what it shows. */
  get loaded(): boolean {
    return this.#datasets !== '';
  }

  /** Starts over with another configuration. */
  show(state: PanelState): void {
    this.#state = state;
    setPage(this.panel, this.#app.context.extensionUri, state, []);
    this.panel.reveal();
  }

  /** The store looked again. */
  update(): void {
    const datasets = this.#list();
    const text = JSON.stringify(datasets);
    if (this.#datasets === '' || text === this.#datasets) return;
    this.#datasets = text;
    this.#connection.emit('datasets', datasets);
  }

  #list(): TrainDataset[] {
    return this.#app.store.datasets.map(({ name, classes, splits }) => ({ name, classes: classes.length, splits }));
  }

  #dataset(name: string) {
    const dataset = this.#app.store.datasets.find(d => d.name === name);
    if (!dataset) throw new HeadwayError('not-found', t('There is no dataset “{0}” any more.', name));
    return dataset;
  }

  #handlers(): Handlers<TrainPanelApi> {
    const { engine, store } = this.#app;
    return {
      load: async () => {
        await store.load();
        if (store.error !== undefined) throw store.error as Error;
        const datasets = this.#list();
        this.#datasets = JSON.stringify(datasets);
        return { datasets, presets: trainPresets() };
      },
      estimate: ({ config }, { signal }) => engine.estimate({ workspace: this.#state.workspace, config }, { signal }),
      findLearningRate: ({ config }, { signal, progress }) =>
        engine.findLearningRate({ workspace: this.#state.workspace, config }, { signal, onProgress: progress }),
      variants: async ({ dataset, picture, ...request }, { signal }) => {
        const file = typeof picture === 'string' ? picture : await this.#nth(dataset, picture);
        const { images } = await engine.augmentationPreview({ path: file, ...request }, { signal });
        const name = pictureName(imageRoot(this.#state.workspace, this.#dataset(dataset)), file);
        // Memory of their own: see copyPage.
        return { name, images: images.map(image => new Uint8Array(image)) };
      },
      choosePicture: async ({ dataset }) => {
        const root = imageRoot(this.#state.workspace, this.#dataset(dataset));
        const picked = await vscode.window.showOpenDialog({
          title: t('Show variants of which picture?'),
          openLabel: t('Show'),
          defaultUri: vscode.Uri.file(root),
          filters: { [t('Pictures')]: [...PICTURE_EXTENSIONS] },
        });
        return picked?.[0]?.fsPath ?? null;
      },
      train: async ({ config, name }) => {
        await startRun(this.#app, config, name);
        return null;
      },
    };
  }

  async #nth(name: string, n: number): Promise<string> {
    const dataset = this.#dataset(name);
    const key = `${name} ${dataset.dataHash}`;
    const images = this.#images.get(key) ?? (await trainImages(this.#state.workspace, name));
    this.#images.set(key, images);
    const relative = images[spread(n, images.length)];
    if (relative === undefined) throw new HeadwayError('data', t('No image of “{0}” is in the train split.', name));
    return path.resolve(imageRoot(this.#state.workspace, dataset), relative);
  }
}
