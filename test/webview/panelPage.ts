import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { PanelState } from '../../src/shared/panelApi.ts';
import { pageHtml } from '../../src/extension/panels/webviewHtml.ts';
import { seriousFindings } from '../harness/axe.ts';
import { startBrowser } from '../harness/browser.ts';
import { ROOT } from '../harness/paths.ts';
import type { HostOptions } from './page/host.ts';

const DIST = path.join(ROOT, process.env.HEADWAY_DIST ?? 'dist', 'webview');
const SHOTS = path.join(ROOT, 'out/shots/webview');

/** Opens panels as VS Code would: the built files under the real policy, with a host that lives in the page. */
export interface Panels {
  open(state: PanelState, host: HostOptions, viewport?: { width: number; height: number }): Promise<Page>;
  /** Errors and violations of the policy that pages printed since the last call. */
  complaints(): string[];
  /** Sentences about what axe finds serious or critical. */
  serious(page: Page): Promise<string[]>;
  stop(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
};

export async function startPanels(): Promise<Panels> {
  const hostScript = await bundleHost();
  let html = '';
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (name === 'panel') return response.setHeader('content-type', 'text/html').end(html);
    if (name === 'favicon.ico') return response.writeHead(204).end();
    const file = name === 'vscodeDefaults.css' ? path.join(import.meta.dirname, 'page', name) : path.join(DIST, name);
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.setHeader('content-type', TYPES[path.extname(name)] ?? '').end(readFileSync(file));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await startBrowser();
  let complaints: string[] = [];

  return {
    async open(state, host, viewport = { width: 1280, height: 860 }) {
      const page = await browser.context.newPage();
      page.on('pageerror', error => complaints.push(String(error)));
      page.on('console', message => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      await page.setViewportSize(viewport);
      await page.addInitScript({ content: `window.hostOptions = ${JSON.stringify(host)};\n${hostScript}` });
      const text = pageHtml({
        title: 'Panel',
        state,
        nonce: randomBytes(16).toString('base64url'),
        cspSource: origin,
        script: `${origin}/dist/${state.kind}.js`,
        style: `${origin}/dist/${state.kind}.css`,
        codicons: `${origin}/dist/codicon.css`,
      });
      html = text.replace('<link', `<link rel="stylesheet" href="${origin}/vscodeDefaults.css">\n<link`);
      await page.goto(`${origin}/panel`);
      return page;
    },
    complaints() {
      const list = complaints;
      complaints = [];
      return list;
    },
    async serious(page) {
      const before = [...complaints];
      const findings = await seriousFindings(page);
      // Axe tries styles of its own on the page, which the policy stops.
      complaints = before;
      return findings;
    },
    async stop() {
      await browser.stop();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function bundleHost(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'page/host.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'chrome128',
    logLevel: 'warning',
  });
  return outputFiles[0]!.text;
}

export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  // Hiding the caret and stopping animations would put a style element into the page, against its policy.
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), animations: 'allow', caret: 'initial' });
}

/** Waits until every tile in sight shows its picture. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const tiles = [...document.querySelectorAll<HTMLCanvasElement>('.tile canvas')];
    return tiles.length > 0 && tiles.every(canvas => canvas.dataset['state'] !== 'waiting');
  });
}
