/** The extension in a real VS Code with the real engine: data set, run, panels, crash. The tests build on one another, as a person's work does. */
import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Command, Panel } from '../../src/extension/contributions.ts';
import { datasetChildren, datasetRow } from '../../src/extension/datasets/model.ts';
import { experimentRow } from '../../src/extension/experiments/model.ts';
import type { TestApi } from '../../src/extension/testApi.ts';
import {
  DEFAULT_CONFIG,
  type ExperimentFile,
  type ExperimentStatus,
  type TrainConfig,
} from '../../src/shared/experiment.ts';
import { headway, makePictures, openPanels, showsPanels, until, workspace } from './host.ts';

let api: TestApi;
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
const experiments = () => path.join(workspace(), '.headway', 'experiments');
const file = async (id: string) =>
  JSON.parse(await readFile(path.join(experiments(), id, 'experiment.json'), 'utf8')) as ExperimentFile;
const listed = (id: string) => api.app.store.experiments.find(e => e.file.id === id);
const inState = (id: string, ...states: ExperimentStatus[]) =>
  until(`${id} is ${states.join(' or ')}`, () => {
    const e = listed(id);
    if (e?.file.status === 'failed' && !states.includes('failed')) throw new Error(e.file.message);
    return e && states.includes(e.file.status) && e;
  });

suite('extension', () => {
  suiteSetup(async () => {
    api = await headway();
  });
  suiteTeardown(async () => {
    await run('workbench.action.closeAllEditors');
    for (const e of api.app.store.experiments)
      await rm(path.join(experiments(), e.file.id), { recursive: true, force: true });
  });

  test('starts no engine where there is nothing to see', async () => {
    assert.deepEqual(await api.datasets.getChildren(), []);
    assert.deepEqual(await api.experiments.getChildren(), []);
    assert.equal(api.engine.pid, undefined);
  });

  test('shows a data set that appears in the files, with counts and problems', async () => {
    await makePictures(path.join(workspace(), 'shapes'));
    await api.app.engine.addDataset({ workspace: workspace(), source: 'shapes', ratio: [0.6, 0.2, 0.2] });
    // Nobody tells the store: the watcher does.
    const [node] = await until('the data set is in the tree', async () => {
      const nodes = await api.datasets.getChildren();
      return nodes.length > 0 && nodes;
    });
    assert.equal(node!.dataset.images, 60);
    assert.match(datasetRow(node!).description ?? '', /^60 images · 3 classes · 1 problem$/);
    const splits = await readFile(path.join(workspace(), '.headway/datasets/shapes/splits.csv'), 'utf8');
    for (const child of datasetChildren(node!).filter(c => c.kind === 'split')) {
      const rows = splits.split('\n').filter(line => line.includes(`,${child.split},`) && !line.includes('no picture'));
      assert.equal(datasetRow(child).description, `${rows.length} images`, child.split);
    }
    assert.equal(api.datasets.view.badge?.value, 1);
    const problem = datasetChildren(datasetChildren(node!).find(c => c.kind === 'problems')!)[0]!;
    assert.match(datasetRow(problem).label, /no picture\.jpg/);
    const item = api.datasets.getTreeItem(problem);
    await run(item.command!.command, ...((item.command!.arguments ?? []) as unknown[]));
    await until('the picture is open', () =>
      vscode.window.tabGroups.all.flatMap(g => g.tabs).find(t => t.label === 'no picture.jpg'),
    );
    await run('workbench.action.closeAllEditors');
  });

  let trained = '';
  test('trains with Enter, Enter', async () => {
    const done = run(Command.trainHead) as Promise<string>;
    await until('a run is started', async () => {
      await run('workbench.action.acceptSelectedQuickOpenItem');
      return api.app.store.experiments.length > 0;
    });
    trained = await done;
    await showsPanels([Panel.result]);
    const e = await inState(trained, 'done');
    assert.equal(e.file.config.head, DEFAULT_CONFIG.head);
    assert.equal(e.metrics.validation?.accuracy.n, 12);
    const [first] = await api.experiments.getChildren();
    assert.match(experimentRow(first!).description ?? '', /^val \d+\.\d % ± \d+\.\d$/);
    assert.match(experimentRow(first!).tooltip ?? '', /test accuracy/);
    assert.deepEqual(await file(trained), e.file);
  });

  test('keeps one panel per experiment, and restores it with its content', async () => {
    await run(Command.openExperiment, trained);
    await run(Command.openExperiment, trained);
    await showsPanels([Panel.result]);
    await run('workbench.action.closeAllEditors');
    assert.equal(api.app.panels.results.size, 0);
    // What VS Code does after a reload: an empty panel and the state that the page had saved.
    const panel = vscode.window.createWebviewPanel(Panel.result, 'as it was', vscode.ViewColumn.One);
    await api.app.panels.restore(panel, { kind: 'result', workspace: workspace(), id: trained });
    // The title comes with the first answer to the page's own request.
    await until('the page has asked', () => panel.title === listed(trained)?.file.name);
    await run('workbench.action.closeAllEditors');
  });

  test('drops a panel whose state is not ours', async () => {
    const panel = vscode.window.createWebviewPanel(Panel.result, 'x', vscode.ViewColumn.One);
    await until('the tab is there', () => openPanels().length > 0);
    const gone = new Promise(resolve => panel.onDidDispose(() => resolve(true)));
    await api.app.panels.restore(panel, { kind: 'result' });
    assert.ok(await gone);
  });

  test('classifies pictures with the latest good experiment, in one panel', async () => {
    const pictures = ['disc/disc 0.png', 'bar/bar 1.png'].map(p =>
      vscode.Uri.file(path.join(workspace(), 'shapes', p)),
    );
    await run(Command.classify, pictures[0], pictures);
    assert.deepEqual(
      api.app.panels.classify?.paths,
      pictures.map(p => p.fsPath),
    );
    await until('the page has its answer', () => api.app.panels.classify?.panel.title === '2 pictures');
    await run(Command.classify, pictures[1], undefined);
    await until('the page has the other answer', () => api.app.panels.classify?.panel.title === 'bar 1.png');
    await showsPanels([Panel.classify]);
    const answer = await api.app.engine.classify({ workspace: workspace(), paths: [pictures[0]!.fsPath] });
    assert.deepEqual(answer.by, {
      kind: 'experiment',
      id: trained,
      name: listed(trained)?.file.name,
      dataset: 'shapes',
      classes: 3,
    });
    await run('workbench.action.closeAllEditors');
  });

  test('goes on after the engine is killed', async () => {
    const pid = api.engine.pid!;
    process.kill(pid, 'SIGKILL');
    await until('the engine is gone', () => api.engine.pid !== pid);
    await run(Command.refresh);
    assert.equal(api.app.store.error, undefined);
    assert.equal(api.app.store.datasets.length, 1);
    assert.notEqual(api.engine.pid, pid);
  });

  test('shows a run live, stops it when asked, and keeps its best weights', async () => {
    const config = { ...DEFAULT_CONFIG, dataset: 'shapes', epochs: 10_000, patience: 0 };
    const { id } = await api.app.engine.startExperiment({ workspace: workspace(), config });
    const e = await inState(id, 'training');
    await until('epochs go by', () => (listed(id)?.lastEpoch?.epoch ?? 0) > 1);
    assert.match(experimentRow({ experiment: listed(id)! }).description ?? '', /^epoch \d+ of 10000 · val /);
    assert.equal(api.experiments.getTreeItem({ experiment: e }).contextValue, 'experiment running pausable');
    await run(Command.stopExperiment, id);
    const stopped = await inState(id, 'stopped');
    assert.equal(stopped.metrics.test?.accuracy.n, 12);
  });

  test('a run is paused, waits, goes on where it was, and ends', async () => {
    const config = { ...DEFAULT_CONFIG, dataset: 'shapes', epochs: 20, patience: 0 };
    const { id } = await api.app.engine.startExperiment({ workspace: workspace(), config });
    // Asked before the first epoch, so that however fast the machine is there is something left to do.
    await run(Command.pauseExperiment, id);
    const paused = await inState(id, 'paused');
    assert.equal(api.experiments.getTreeItem({ experiment: paused }).contextValue, 'experiment running resumable');
    const epochs = async () => (await api.app.engine.getExperiment({ workspace: workspace(), id })).history.length;
    const before = await epochs();
    assert.ok(before < config.epochs);
    await new Promise(resolve => setTimeout(resolve, 1000));
    assert.equal(await epochs(), before);
    await run(Command.resumeExperiment, id);
    const done = await inState(id, 'done');
    assert.equal(done.lastEpoch?.epoch, config.epochs);
  });

  test('a run that was killed is resumed', async () => {
    const config = { ...DEFAULT_CONFIG, dataset: 'shapes', epochs: 10_000, patience: 0 };
    const { id } = await api.app.engine.startExperiment({ workspace: workspace(), config });
    const e = await inState(id, 'training');
    process.kill(e.file.process!.pid, 'SIGKILL');
    const interrupted = await inState(id, 'interrupted');
    assert.equal(api.experiments.getTreeItem({ experiment: interrupted }).contextValue, 'experiment ended resumable');
    await run(Command.resumeExperiment, id);
    const again = await inState(id, 'training');
    assert.notEqual(again.file.process?.pid, e.file.process?.pid);
    await run(Command.stopExperiment, id);
    await inState(id, 'stopped');
  });

  test('the form opens on an experiment’s configuration, estimates, shows variants, and trains what it was changed to', async () => {
    await run(Command.trainAgain, trained);
    await until('the form is open', () => openPanels().includes(Panel.train));
    const form = api.app.panels.train!;
    await until('the page has asked', () => form.loaded);
    const { config } = await file(trained);
    const changed: TrainConfig = {
      ...config,
      head: 'm-simpler-bn',
      epochs: 3,
      augment: ['light'],
      variants: 2,
      schedule: 'cosine',
    };
    const context = { signal: new AbortController().signal, progress: () => undefined };
    const estimate = await form.handlers.estimate({ config: changed }, context);
    assert.ok(estimate.parameters > 64 * 1280 && estimate.toCompute > 0, JSON.stringify(estimate));
    const { name, images } = await form.handlers.variants(
      { dataset: 'shapes', picture: 0, augment: changed.augment, seed: changed.seed, count: 2 },
      context,
    );
    assert.match(name, /^\w+\/.*\.png$/);
    assert.deepEqual(
      images.map(image => Buffer.from(image.subarray(8, 12)).toString()),
      ['WEBP', 'WEBP', 'WEBP'],
    );
    const finding = await form.handlers.findLearningRate({ config: changed }, context);
    assert.ok(finding.points.length > 10);
    await assert.rejects(
      () => form.handlers.estimate({ config: { ...changed, batch: 0 } }, context),
      /Batch size is 0/,
    );
    const known = new Set(api.app.store.experiments.map(e => e.file.id));
    await form.handlers.train({ config: changed, name: 'from the form' }, context);
    const made = await until('the run is in the tree', () =>
      api.app.store.experiments.find(e => !known.has(e.file.id)),
    );
    const done = await inState(made.file.id, 'done');
    assert.deepEqual(done.file.config, changed);
    assert.equal((await file(made.file.id)).name, 'from the form');
    assert.equal(done.lastEpoch?.epoch, 3);
    await run('workbench.action.closeAllEditors');
    assert.equal(api.app.panels.train, undefined);
  });

  test('shows a run whose process was killed as interrupted', async () => {
    const config = { ...DEFAULT_CONFIG, dataset: 'shapes', epochs: 10_000, patience: 0 };
    const { id } = await api.app.engine.startExperiment({ workspace: workspace(), config });
    const e = await inState(id, 'training');
    process.kill(e.file.process!.pid, 'SIGKILL');
    await inState(id, 'interrupted');
  });

  test('shows an experiment that someone else wrote, and drops it when it is deleted', async () => {
    const id = '20200101-000000-elsewhere';
    const folder = path.join(experiments(), id);
    await cp(path.join(experiments(), trained), folder, { recursive: true });
    await writeFile(
      path.join(folder, 'experiment.json'),
      JSON.stringify({ ...(await file(trained)), id, name: 'from elsewhere' }),
    );
    await until('it is in the tree', () => listed(id)?.file.name === 'from elsewhere');
    await api.app.engine.deleteExperiment({ workspace: workspace(), id });
    await until('it is gone', () => !listed(id));
    assert.ok(!(await readdir(experiments())).includes(id));
  });
});
