/** The page of every panel: what the extension host puts into a webview, and what the webview tests serve. */
import { STATE_ELEMENT_ID, type PanelState } from './panelApi.ts';

export interface PanelPage {
  /** Name of the panel's folder in src/webview: its script is `<base>/<kind>.js`, its style sheet `<base>/<kind>.css`. */
  state: PanelState;
  title: string;
  /** Uri of dist/webview as the page sees it, without a slash at the end. */
  base: string;
  /** What the content security policy calls the page's own resources, `webview.cspSource` in VS Code. */
  source: string;
  /** Random and new for every page. */
  nonce: string;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/**
 * The whole document. Scripts run by nonce only, styles and the icon font come from the extension, pictures from the extension, the
 * workspace (`source`) and from blobs made in the page; nothing else loads, and the page cannot reach the network.
 */
export function panelHtml({ state, title, base, source, nonce }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    `img-src ${source} blob: data:`,
  ].join('; ');
  const { kind } = state;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link id="vscode-codicon-stylesheet" rel="stylesheet" href="${escapeHtml(base)}/codicon.css">
<link rel="stylesheet" href="${escapeHtml(base)}/${kind}.css">
<script type="application/json" id="${STATE_ELEMENT_ID}">${JSON.stringify(state).replaceAll('<', '\\u003c')}</script>
</head>
<body>
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${escapeHtml(base)}/${kind}.js"></script>
</body>
</html>
`;
}
