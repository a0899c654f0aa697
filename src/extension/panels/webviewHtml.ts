/** The page of a panel. Pure: the uris and the nonce are given. */
import { STATE_ELEMENT_ID, type PanelState } from '../../shared/panelApi.ts';

export interface PageParts {
  title: string;
  state: PanelState;
  nonce: string;
  /** `webview.cspSource`. */
  cspSource: string;
  script: string;
  style: string;
  codicons: string;
}

export function pageHtml(p: PageParts): string {
  const csp = [
    `default-src 'none'`,
    `script-src 'nonce-${p.nonce}'`,
    `style-src ${p.cspSource} 'nonce-${p.nonce}'`,
    `img-src ${p.cspSource} blob: data:`,
    `font-src ${p.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(csp)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(p.title)}</title>
<link rel="stylesheet" href="${attribute(p.codicons)}" id="vscode-codicon-stylesheet">
<link rel="stylesheet" href="${attribute(p.style)}">
</head>
<body>
<div id="root"></div>
<script type="application/json" id="${STATE_ELEMENT_ID}" nonce="${p.nonce}">${scriptJson(p.state)}</script>
<script type="module" nonce="${p.nonce}" src="${attribute(p.script)}"></script>
</body>
</html>
`;
}

const attribute = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** JSON that cannot end the script element it stands in. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replace(/</g, '\\u003c');
