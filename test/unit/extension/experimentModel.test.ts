import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { saysActive } from '../../../src/extension/experiments/activeFiles.ts';
import {
  activeRuns,
  canClassify,
  describe as text,
  experimentRow,
  newestFirst,
  severalDatasets,
  statusBar,
} from '../../../src/extension/experiments/model.ts';
import { classifyChoices, pictureName } from '../../../src/extension/panels/classifyModel.ts';
import { isPanelState } from '../../../src/extension/panels/panelState.ts';
import type { EpochRow, ExperimentStatus } from '../../../src/shared/experiment.ts';
import { experiment, metrics } from './samples.ts';

const epoch: EpochRow = {
  epoch: 12,
  trainLoss: 0.2,
  trainAccuracy: 0.95,
  validationLoss: 0.3,
  validationAccuracy: 0.912,
  learningRate: 0.001,
  seconds: 0.1,
};
const training = experiment({ id: 'run', status: 'training' }, { lastEpoch: epoch });

describe('experiments tree', () => {
  it('says how far a run is', () => {
    assert.equal(text(training), 'epoch 12 of 100 · val 91.2 %');
    assert.equal(text(experiment({ status: 'training' })), 'training');
    assert.equal(text(experiment({ status: 'queued' })), 'waiting');
    const progress = { phase: 'features', done: 120, total: 1900 } as const;
    assert.equal(text(experiment({ status: 'features', progress })), 'features 120 of 1,900');
    const scanned = { phase: 'scan', done: 1900, total: 1900 } as const;
    assert.equal(text(experiment({ status: 'features', progress: scanned })), 'features');
    assert.equal(text(experiment({ status: 'evaluating' })), 'evaluating');
    assert.equal(text(experiment({ status: 'paused' }, { lastEpoch: epoch })), 'paused · epoch 12 of 100');
    assert.equal(text(experiment({ status: 'paused' })), 'paused');
    const penalty = { ...epoch, l2: 0.0123 };
    assert.equal(text(experiment({ status: 'training' }, { lastEpoch: penalty })), 'L2 0.01 · val 91.2 %');
  });

  it('says how good an ended one is, with its interval, on the split that heads are chosen on', () => {
    const both = { metrics: { validation: metrics(0.905), test: metrics(0.95) } };
    assert.equal(text(experiment({}, both)), 'val 90.5 % ± 6.0');
    assert.equal(text(experiment({}, { metrics: { test: metrics(0.95) } })), 'test 95.0 % ± 6.0');
    assert.equal(text(experiment({ status: 'stopped' }, both)), 'stopped · val 90.5 % ± 6.0');
    assert.equal(text(experiment({ status: 'failed' })), 'failed');
    assert.equal(text(experiment({ status: 'interrupted' })), 'interrupted');
    assert.equal(text(experiment({})), 'done');
  });

  it('gives every status an icon, and menus the tokens they test', () => {
    const all: Record<ExperimentStatus, string> = {
      queued: 'experiment running',
      features: 'experiment running',
      training: 'experiment running pausable',
      paused: 'experiment running resumable',
      evaluating: 'experiment running',
      done: 'experiment ended',
      stopped: 'experiment ended resumable',
      failed: 'experiment ended resumable',
      interrupted: 'experiment ended resumable',
    };
    for (const [status, context] of Object.entries(all) as [ExperimentStatus, string][]) {
      const row = experimentRow({ experiment: experiment({ status }) });
      assert.equal(row.context, context);
      assert.ok(row.icon, status);
    }
    const trained = experimentRow({ experiment: experiment({}, { metrics: { test: metrics(0.9) } }) });
    assert.equal(trained.context, 'experiment ended trained');
    const config = { ...training.file.config, head: 'probe' };
    assert.equal(
      experimentRow({ experiment: experiment({ status: 'training', config }) }).context,
      'experiment running',
    );
  });

  it('tells the configuration, every split with interval and n, and the reason of a failure', () => {
    const row = experimentRow({
      experiment: experiment({ status: 'failed', message: 'The disk is full.' }, { metrics: { test: metrics(0.9) } }),
    });
    for (const part of [
      /512\\-64/,
      /garden/,
      /The disk is full\\\./,
      /90\\\.0 % \\\(84\\\.0 to 94\\\.0, n 100\\\)/,
      /dropout \| 0\\\.25/,
    ])
      assert.match(row.tooltip ?? '', part);
    const probe = experimentRow({ experiment: experiment({ config: { ...training.file.config, head: 'probe' } }) });
    assert.doesNotMatch(probe.tooltip ?? '', /dropout/);
  });

  it('leaves the data set out of the names where there is only one', () => {
    const other = experiment({ config: { ...training.file.config, dataset: 'fruit' } });
    assert.deepEqual([severalDatasets([training]), severalDatasets([training, other])], [false, true]);
    assert.equal(experimentRow({ experiment: training }).label, '512-64 on garden');
    assert.equal(experimentRow({ experiment: training }, true).label, '512-64');
    const named = experiment({ name: 'My best' });
    assert.equal(experimentRow({ experiment: named }, true).label, 'My best');
  });

  it('puts the newest first', () => {
    const made = ['2026-01-02', '2026-01-03', '2026-01-01'].map(created => experiment({ id: created, created }));
    assert.deepEqual(
      newestFirst(made).map(e => e.file.id),
      ['2026-01-03', '2026-01-02', '2026-01-01'],
    );
  });

  it('shows active runs in the status bar, and nothing when there are none', () => {
    assert.equal(statusBar([experiment({})]), undefined);
    assert.deepEqual(statusBar([experiment({}), training]), {
      text: '$(sync~spin) epoch 12 of 100 · val 91.2 %',
      runs: [{ id: 'run', text: '512-64 on garden: epoch 12 of 100 · val 91.2 %', canPause: true, canResume: false }],
      id: 'run',
    });
    const two = [training, experiment({ id: 'old', status: 'queued', created: '2025-01-01' })];
    assert.match(statusBar(two)?.text ?? '', /\(\+1\)$/);
    const paused = experiment({ id: 'paused', status: 'paused', created: '2027-01-01' });
    assert.equal(statusBar([paused, training])?.id, 'run');
    assert.equal(statusBar([paused])?.text, '$(debug-pause) paused');
    assert.deepEqual(
      activeRuns(two).map(e => e.file.id),
      ['run', 'old'],
    );
  });

  it('recognises an active run in its file, and does not stumble over half a file', () => {
    assert.ok(saysActive(JSON.stringify(training.file)));
    for (const other of [JSON.stringify(experiment({}).file), '', '{"status": "trai', 'null', '[]'])
      assert.ok(!saysActive(other), other);
  });
});

describe('classify', () => {
  it('lets evaluated experiments answer, newest first, and the ImageNet classes', () => {
    const good = experiment({ id: 'good' }, { metrics: { test: metrics(0.9) } });
    const stopped = experiment(
      { id: 'stopped', status: 'stopped', created: '2026-02-01' },
      { metrics: { test: metrics(0.5) } },
    );
    const list = [good, stopped, training, experiment({ id: 'failed', status: 'failed' })];
    assert.deepEqual(
      classifyChoices(list).map(c => c.experiment),
      ['stopped', 'good', 'imagenet'],
    );
    assert.deepEqual(list.map(canClassify), [true, true, false, false]);
  });

  it('names pictures relative to the workspace where they are inside', () => {
    assert.equal(pictureName('/w', '/w/a b/c.png'), 'a b/c.png');
    assert.equal(pictureName('/w', '/w2/c.png'), '/w2/c.png');
    assert.equal(pictureName('/w', '/c.png'), '/c.png');
  });
});

describe('state of a panel', () => {
  it('is taken only when whole', () => {
    assert.ok(isPanelState({ kind: 'result', workspace: '/w', id: 'a' }));
    assert.ok(isPanelState({ kind: 'classify', workspace: '/w', paths: ['/w/a.png'], ui: {} }));
    for (const bad of [
      undefined,
      null,
      'x',
      {},
      { kind: 'result', workspace: '/w' },
      { kind: 'classify', workspace: '/w', paths: [1] },
      { kind: 'other', workspace: '/w', id: 'a' },
    ])
      assert.ok(!isPanelState(bad), JSON.stringify(bad));
  });
});
