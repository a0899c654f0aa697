import * as vscode from 'vscode';
import { messageOf } from '../../shared/errors.ts';
import { Command, View } from '../contributions.ts';
import { t } from '../platform/text.ts';
import { treeItem } from '../platform/treeItem.ts';
import type { Store } from '../store.ts';
import { experimentRow, newestFirst, type ExperimentNode } from './model.ts';

export class ExperimentTree implements vscode.TreeDataProvider<ExperimentNode>, vscode.Disposable {
  readonly #store: Store;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<ExperimentNode>;
  readonly #subscription: vscode.Disposable;

  constructor(store: Store) {
    this.#store = store;
    this.view = vscode.window.createTreeView(View.experiments, { treeDataProvider: this, canSelectMany: true });
    this.#subscription = store.onDidChange(() => {
      this.view.message = store.error === undefined ? '' : messageOf(store.error);
      this.#changed.fire(undefined);
    });
  }

  async getChildren(node?: ExperimentNode): Promise<ExperimentNode[]> {
    if (node) return [];
    await this.#store.load();
    return newestFirst(this.#store.experiments).map(experiment => ({ experiment }));
  }

  getTreeItem(node: ExperimentNode): vscode.TreeItem {
    return treeItem(experimentRow(node), {
      command: Command.openExperiment,
      title: t('Show Results'),
      arguments: [node],
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.view.dispose();
    this.#changed.dispose();
  }
}
