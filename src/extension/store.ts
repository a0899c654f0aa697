/**
 * What the views know: the data sets and experiments of the workspace as the engine last told them. Files are the truth: a watcher
 * (and, while a run is active, a clock, since watchers miss events) makes the store ask again.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { DatasetSummary } from '../shared/dataset.ts';
import { HeadwayError } from '../shared/errors.ts';
import { isActive, type ExperimentSummary } from '../shared/experiment.ts';
import { ContextKey, type ContextKeyId } from './contributions.ts';
import type { Engine } from './engine/engine.ts';
import { canPause, canResume } from './experiments/model.ts';
import { t } from './platform/text.ts';
import { chooseRoot, partOf, STORE } from './workspaceRoot.ts';

export type Part = 'datasets' | 'experiments';
const PARTS: readonly Part[] = ['datasets', 'experiments'];
const DEBOUNCE_MS = 200;
const POLL_MS = 2000;

const isFolder = (p: string): Promise<boolean> =>
  stat(p).then(
    s => s.isDirectory(),
    () => false,
  );

export class Store implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<ReadonlySet<Part>>();
  readonly #subscriptions: { dispose(): unknown }[];
  readonly #pending = new Set<Part>();
  #watchers: vscode.Disposable[] = [];
  #root: { root: string; hasStore: boolean } | undefined;
  #datasets: DatasetSummary[] = [];
  #experiments: ExperimentSummary[] = [];
  #error: unknown;
  #first: Promise<void> | undefined;
  #tail: Promise<void> = Promise.resolve();
  #debounce: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(engine: Engine, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#log = log;
    this.#watch();
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#watch();
        void this.refresh();
      }),
    ];
  }

  get datasets(): readonly DatasetSummary[] {
    return this.#datasets;
  }
  get experiments(): readonly ExperimentSummary[] {
    return this.#experiments;
  }
  /** Why the last look failed. */
  get error(): unknown {
    return this.#error;
  }

  /** Absolute folder that holds (or will hold) `.headway`; undefined without a workspace folder. */
  async root(): Promise<string | undefined> {
    this.#root = await chooseRoot(folders(), isFolder);
    return this.#root?.root;
  }

  /** Throws HeadwayError when no folder is open. */
  async requireRoot(): Promise<string> {
    const root = await this.root();
    if (root === undefined) throw new HeadwayError('invalid', t('No folder is open: open a folder first.'));
    return root;
  }

  /** Settles after the first look at the workspace, which starts the engine only when there is something to see. Never rejects. */
  load(): Promise<void> {
    return (this.#first ??= this.refresh());
  }

  /** Asks the engine again. Looks follow one another. Never rejects: `error` holds what went wrong. */
  refresh(parts: Iterable<Part> = PARTS): Promise<void> {
    for (const part of parts) this.#pending.add(part);
    this.#tail = this.#tail.then(() => this.#look());
    this.#first ??= this.#tail;
    return this.#tail;
  }

  async #look(): Promise<void> {
    const parts = new Set(this.#pending);
    this.#pending.clear();
    if (parts.size === 0) return;
    clearTimeout(this.#poll);
    try {
      const workspace = await this.root();
      const there = this.#root?.hasStore === true;
      for (const part of parts) {
        if (part === 'datasets')
          this.#datasets = workspace !== undefined && there ? await this.#engine.api.listDatasets({ workspace }) : [];
        else
          this.#experiments =
            workspace !== undefined && there ? await this.#engine.api.listExperiments({ workspace }) : [];
      }
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
      this.#log.error(error instanceof Error ? error : String(error));
    }
    const running = this.#experiments.some(e => isActive(e.file.status));
    setContext(ContextKey.hasDatasets, this.#datasets.length > 0);
    setContext(ContextKey.hasExperiments, this.#experiments.length > 0);
    setContext(ContextKey.hasRunning, running);
    setContext(ContextKey.canPause, this.#experiments.some(canPause));
    setContext(ContextKey.canResume, this.#experiments.some(canResume));
    if (running) this.#poll = setTimeout(() => void this.refresh(['experiments']), POLL_MS);
    this.#changed.fire(parts);
  }

  #watch(): void {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = folders().map(folder => {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, `${STORE}/**`));
      const seen = (uri: vscode.Uri) => this.#touched(path.relative(path.join(folder, STORE), uri.fsPath));
      watcher.onDidCreate(seen);
      watcher.onDidChange(seen);
      watcher.onDidDelete(seen);
      return watcher;
    });
  }

  #touched(relative: string): void {
    const part = partOf(relative);
    for (const p of part ? [part] : PARTS) this.#pending.add(p);
    this.#debounce ??= setTimeout(() => {
      this.#debounce = undefined;
      void this.refresh([]);
    }, DEBOUNCE_MS);
  }

  dispose(): void {
    clearTimeout(this.#debounce);
    clearTimeout(this.#poll);
    for (const d of [...this.#watchers, ...this.#subscriptions]) d.dispose();
  }
}

const folders = (): string[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(f => f.uri.scheme === 'file').map(f => f.uri.fsPath);

export function setContext(key: ContextKeyId, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
