import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PanelState } from '../../shared/panelApi.ts';
import { pageHtml } from './webviewHtml.ts';

/** Gives the panel its page, anew: what it showed is dropped. `roots`: folders whose pictures the page may show. */
export function setPage(
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  state: PanelState,
  roots: readonly vscode.Uri[],
): void {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const { webview } = panel;
  panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'icon.svg');
  webview.options = { enableScripts: true, localResourceRoots: [dist, ...roots] };
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  webview.html = pageHtml({
    title: panel.title,
    state,
    nonce: randomBytes(16).toString('base64url'),
    cspSource: webview.cspSource,
    script: uri(`${state.kind}.js`),
    style: uri(`${state.kind}.css`),
    codicons: uri('codicon.css'),
  });
}
