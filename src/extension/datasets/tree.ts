import * as vscode from 'vscode';
import { messageOf } from '../../shared/errors.ts';
import { count } from '../../shared/format.ts';
import { Command, View } from '../contributions.ts';
import { t } from '../platform/text.ts';
import { treeItem } from '../platform/treeItem.ts';
import type { Store } from '../store.ts';
import { datasetChildren, datasetNodes, datasetRow, problemCount, type DatasetNode } from './model.ts';

export class DatasetTree implements vscode.TreeDataProvider<DatasetNode>, vscode.Disposable {
  readonly #store: Store;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<DatasetNode>;
  readonly #subscription: vscode.Disposable;

  constructor(store: Store) {
    this.#store = store;
    this.view = vscode.window.createTreeView(View.datasets, { treeDataProvider: this, showCollapseAll: true });
    this.#subscription = store.onDidChange(parts => {
      if (!parts.has('datasets')) return;
      const problems = problemCount(store.datasets);
      this.view.badge =
        problems > 0 ? { value: problems, tooltip: count(problems, t('problem'), t('problems')) } : undefined;
      this.view.message = store.error === undefined ? '' : messageOf(store.error);
      this.#changed.fire(undefined);
    });
  }

  async getChildren(node?: DatasetNode): Promise<DatasetNode[]> {
    if (node) return datasetChildren(node);
    await this.#store.load();
    return datasetNodes(this.#store.datasets);
  }

  getTreeItem(node: DatasetNode): vscode.TreeItem {
    const row = datasetRow(node);
    const opens = node.kind === 'problem' && row.children === undefined;
    return treeItem(row, opens ? { command: Command.openProblem, title: t('Open'), arguments: [node] } : undefined);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.view.dispose();
    this.#changed.dispose();
  }
}
