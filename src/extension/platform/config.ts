import * as vscode from 'vscode';
import type { SettingValues } from '../contributions.ts';

export function setting<K extends keyof SettingValues>(id: K): SettingValues[K] {
  const value = vscode.workspace.getConfiguration().get<SettingValues[K]>(id);
  // package.json declares a default for every setting, and a test holds it to that.
  if (value === undefined) throw new Error(`The setting ${id} is not contributed.`);
  return value;
}
