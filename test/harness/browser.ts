import { existsSync } from 'node:fs';
import process from 'node:process';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Chromium with a profile of its own. */
export interface Browser {
  readonly context: BrowserContext;
  /** The page that is open from the start. */
  readonly page: Page;
  stop(): Promise<void>;
}

export interface BrowserOptions {
  /** CSS pixels; default 1280 x 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Device pixels per CSS pixel; default 1. */
  readonly scale?: number;
}

/** Whether tests in a browser can run here, and if not, what to install. */
export function browserProblem(): string | undefined {
  const program = browserProgram();
  return existsSync(program) ? undefined : `no browser at ${program}: install Chromium, or set CHROMIUM to its path`;
}

const browserProgram = () => process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Starts Chromium without a window and without a network beyond this machine. Throws when none is installed. */
export async function startBrowser({ viewport, scale = 1 }: BrowserOptions = {}): Promise<Browser> {
  const problem = browserProblem();
  if (problem !== undefined) throw new Error(problem);
  const browser = await chromium.launch({
    executablePath: browserProgram(),
    headless: true,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
  const context = await browser.newContext({
    viewport: viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  return { context, page: await context.newPage(), stop: () => browser.close() };
}
