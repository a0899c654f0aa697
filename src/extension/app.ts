/** What the features of the extension share. Made once, at activation. */
import type * as vscode from 'vscode';
import type { Client } from '../shared/rpc.ts';
import type { EngineApi } from '../shared/engineApi.ts';
import type { Panels } from './panels/panels.ts';
import type { Store } from './store.ts';

export interface App {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  engine: Client<EngineApi>;
  store: Store;
  panels: Panels;
}
