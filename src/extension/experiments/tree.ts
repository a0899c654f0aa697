import * as vscode from 'vscode';
import { messageOf } from '../../shared/errors.ts';
import { Command, View } from '../contributions.ts';
import { t } from '../platform/text.ts';
import { treeItem } from '../platform/treeItem.ts';
import type { Store } from '../store.ts';
import { experimentRow, newestFirst, severalDatasets, type ExperimentNode } from './model.ts';

/** Milliseconds between drawings of a run's progress. Each makes the row's buttons anew, and a click on one that goes is lost. */
const PROGRESS_MS = 1000;

export class ExperimentTree implements vscode.TreeDataProvider<ExperimentNode>, vscode.Disposable {
  readonly #store: Store;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<ExperimentNode>;
  readonly #subscriptions: vscode.Disposable[];
  /** The experiment to select as soon as the view shows it. */
  #wanted: string | undefined;
  /** What was drawn last: which experiments in which states, and all that their rows say. */
  #drawn = { states: '', rows: '' };
  #later: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.view = vscode.window.createTreeView(View.experiments, { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      store.onDidChange(() => {
        this.view.message = store.error === undefined ? '' : messageOf(store.error);
        this.#update();
        this.#select();
      }),
      this.view.onDidChangeVisibility(() => this.#select()),
    ];
  }

  async getChildren(node?: ExperimentNode): Promise<ExperimentNode[]> {
    if (node) return [];
    await this.#store.load();
    return newestFirst(this.#store.experiments).map(experiment => ({ experiment }));
  }

  getTreeItem(node: ExperimentNode): vscode.TreeItem {
    return treeItem(experimentRow(node, !severalDatasets(this.#store.experiments)), {
      command: Command.openExperiment,
      title: t('Show Results'),
      arguments: [node],
    });
  }

  /** All are at the top; `reveal` asks. */
  getParent(): undefined {
    return undefined;
  }

  /** Selects the experiment whose results are looked at, now or when the view is opened; the keyboard stays where it is. */
  select(id: string): void {
    this.#wanted = id;
    this.#select();
  }

  /** Draws new experiments and states at once, progress now and then, and nothing where nothing has changed. */
  #update(): void {
    const rows = newestFirst(this.#store.experiments).map(experiment => experimentRow({ experiment }));
    const now = { states: rows.map(r => `${r.id} ${r.icon} ${r.context}`).join('\n'), rows: JSON.stringify(rows) };
    if (now.rows === this.#drawn.rows) return;
    if (now.states === this.#drawn.states && this.#later) return;
    this.#drawn = now;
    this.#changed.fire(undefined);
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.#update();
    }, PROGRESS_MS);
  }

  #select(): void {
    const experiment = this.#store.experiments.find(e => e.file.id === this.#wanted);
    if (!experiment || !this.view.visible) return;
    this.#wanted = undefined;
    // Rejected where the view has been closed in the meantime: then there is nothing to select.
    this.view.reveal({ experiment }, { select: true, focus: false }).then(undefined, () => undefined);
  }

  dispose(): void {
    clearTimeout(this.#later);
    for (const s of this.#subscriptions) s.dispose();
    this.view.dispose();
    this.#changed.dispose();
  }
}
