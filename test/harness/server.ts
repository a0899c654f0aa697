import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { hostNode, SERVER_PROGRAM } from './paths.ts';
import { type Theme, userSettings } from './settings.ts';

const START_LIMIT_MS = 60_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ServerOptions {
  /** A packaged extension to install first: what a user gets. */
  readonly vsix?: string;
  /** An extension folder to run as if it were installed (by a symbolic link). */
  readonly link?: string;
  /**
   * Makes the workbench obey `extensionDevelopmentPath` and `extensionTestsPath`, which a built one ignores otherwise; then it shows no
   * toasts. For tests inside the extension host only.
   */
  readonly driver?: boolean;
  /** Default: dark. */
  readonly theme?: Theme;
  /** User settings besides those of `userSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the server and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Whether test/harness/setup.mjs has installed VS Code here. */
export const isHostInstalled = (): boolean => existsSync(SERVER_PROGRAM);

/** A running VS Code server with a home folder of its own, on a free port of the loopback interface. */
export interface Server {
  /** `127.0.0.1:PORT` */
  readonly authority: string;
  /** The folder that stands in for the user's home; removed by `stop`. */
  readonly home: string;
  /** What the server has printed so far. */
  log(): string;
  /** The URI by which the workbench knows a file of this machine. */
  remoteUri(file: string): string;
  /**
   * The address of a workbench.
   * @param folder folder or `.code-workspace` to open; none: an empty window
   * @param payload further entries of the address's payload
   */
  url(folder?: string, payload?: readonly (readonly [string, string])[]): string;
  /** Ends the server with all its children and removes its home folder. */
  stop(): Promise<void>;
}

/** Starts VS Code's server. Ended by `stop`, or by itself when this process goes. Throws with the server's log when it does not start. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  if (!isHostInstalled()) throw new Error('VS Code to test in is not installed: run `node test/harness/setup.mjs`.');
  const home = makeHome(options);
  const env = serverEnvironment(home, options.env);
  try {
    prepareExtension(home, env, options);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  const guard = path.join(import.meta.dirname, 'guard.mjs');
  const flags = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', ...folderFlags(home)];
  flags.push('--telemetry-level', 'off', '--disable-telemetry', '--disable-workspace-trust');
  if (options.driver) flags.push('--enable-smoke-test-driver');
  const child = spawn(process.execPath, [guard, home, hostNode(), SERVER_PROGRAM, ...flags], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  let ended = false;
  const gone = new Promise<void>(resolve => {
    child.once('exit', () => {
      ended = true;
      resolve();
    });
  });
  const stop = async () => {
    for (const s of SIGNALS) process.off(s, interrupted);
    if (!ended) child.stdin.end();
    await gone;
  };
  // A process with a running child does not end by itself, and node:test only cancels its tests.
  const interrupted = () => void stop().finally(() => process.exit(130));
  for (const s of SIGNALS) process.on(s, interrupted);
  const bound = new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      log += data.toString();
      const authority = /Server bound to (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (authority) resolve(authority);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`VS Code's server ended before it listened:\n${log}`)));
    setTimeout(() => reject(new Error(`VS Code's server did not listen in time:\n${log}`)), START_LIMIT_MS).unref();
  });
  const authority = await bound.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { authority, home, log: () => log, stop, remoteUri: f => remoteUri(authority, f), url: urlOf(authority) };
}

const remoteUri = (authority: string, file: string) => `vscode-remote://${authority}${path.resolve(file)}`;

const urlOf =
  (authority: string): Server['url'] =>
  (folder, payload = []) => {
    const url = new URL(`http://${authority}/`);
    if (folder === undefined) url.searchParams.set('ew', 'true');
    else url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(folder));
    const entries = [['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ...payload];
    url.searchParams.set('payload', JSON.stringify(entries));
    return url.href;
  };

function makeHome({ theme = 'dark', settings = {} }: ServerOptions): string {
  const home = mkdtempSync(path.join(tmpdir(), 'vscode-'));
  mkdirSync(path.join(home, 'data/User'), { recursive: true });
  mkdirSync(path.join(home, 'extensions'));
  mkdirSync(path.join(home, 'tmp'), { mode: 0o700 });
  writeFileSync(path.join(home, 'data/User/settings.json'), userSettings(theme, settings));
  return home;
}

const folderFlags = (home: string): string[] => [
  '--accept-server-license-terms',
  ...['--server-data-dir', path.join(home, 'server')],
  ...['--user-data-dir', path.join(home, 'data')],
  ...['--extensions-dir', path.join(home, 'extensions')],
];

function serverEnvironment(home: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    // VS Code leaves its sockets in these two.
    TMPDIR: path.join(home, 'tmp'),
    XDG_RUNTIME_DIR: path.join(home, 'tmp'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    // No gallery, so that nothing looks up the public one.
    EXTENSIONS_GALLERY: '{}',
    ...more,
  };
  // Else a Node that an extension starts would take itself for a part of this test run.
  delete env.NODE_TEST_CONTEXT;
  return env;
}

function prepareExtension(home: string, env: NodeJS.ProcessEnv, { vsix, link }: ServerOptions): void {
  if (vsix !== undefined) {
    const args = [SERVER_PROGRAM, ...folderFlags(home), '--install-extension', path.resolve(vsix)];
    execFileSync(hostNode(), args, { env, stdio: 'pipe' });
  }
  if (link !== undefined) {
    const manifest = JSON.parse(readFileSync(path.join(link, 'package.json'), 'utf8')) as Record<string, string>;
    const name = `${manifest.publisher ?? ''}.${manifest.name ?? ''}-${manifest.version ?? ''}`;
    symlinkSync(path.resolve(link), path.join(home, 'extensions', name));
  }
}
