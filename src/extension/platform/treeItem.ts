import * as vscode from 'vscode';
import type { Row } from './row.ts';

export function treeItem(row: Row, command?: vscode.Command): vscode.TreeItem {
  const state = vscode.TreeItemCollapsibleState;
  const open =
    row.children === 'expanded' ? state.Expanded : row.children === 'collapsed' ? state.Collapsed : state.None;
  const item = new vscode.TreeItem(row.label, open);
  item.id = row.id;
  item.contextValue = row.context;
  if (row.description !== undefined) item.description = row.description;
  if (row.tooltip !== undefined) item.tooltip = new vscode.MarkdownString(row.tooltip);
  if (row.icon !== undefined)
    item.iconPath = new vscode.ThemeIcon(
      row.icon,
      row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
    );
  if (command) item.command = command;
  return item;
}
