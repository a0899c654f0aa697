import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DEFAULT_CONFIG, type ExperimentFile, type TrainConfig } from '../../../src/shared/experiment.ts';
import {
  createExperiment,
  createExperimentId,
  deleteExperiment,
  listExperiments,
  readExperiment,
  resolveExperimentId,
  withLiveStatus,
  writeExperiment,
} from '../../../src/engine/experiments/experimentFiles.ts';
import { readHistory, writeHistory } from '../../../src/engine/experiments/historyFile.ts';
import { readMetrics, writeMetrics } from '../../../src/engine/experiments/metricsFile.ts';
import { experimentFolder, experimentPath } from '../../../src/engine/files/workspace.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'garden' };

describe('experiments as files', () => {
  it('creates, lists newest first, and finds by prefix, part and `last`', async () => {
    using folder = temporaryFolder();
    const first = await createExperiment(folder.path, config);
    await writeExperiment(folder.path, { ...first, created: '2020-01-01T00:00:00.000Z', status: 'done' });
    const second = await createExperiment(folder.path, { ...config, head: 'probe' }, 'My probe');
    const { experiments, problems } = await listExperiments(folder.path);
    assert.deepEqual(
      experiments.map(e => e.file.id),
      [second.id, first.id],
    );
    assert.deepEqual(problems, []);
    assert.equal(await resolveExperimentId(folder.path, 'last'), second.id);
    assert.equal(await resolveExperimentId(folder.path, 'probe'), second.id);
    assert.equal(await resolveExperimentId(folder.path, first.id.slice(0, -1)), first.id);
    await assert.rejects(resolveExperimentId(folder.path, '20'), { code: 'invalid' });
    await assert.rejects(resolveExperimentId(folder.path, 'nothing'), { code: 'not-found' });
  });

  it('names a damaged experiment and lists the others', async () => {
    using folder = temporaryFolder();
    const good = await createExperiment(folder.path, config);
    mkdirSync(experimentFolder(folder.path, 'broken'), { recursive: true });
    writeFileSync(experimentPath(folder.path, 'broken', 'experiment.json'), '{"schema": 1, ');
    mkdirSync(experimentFolder(folder.path, 'just-being-made'));
    const { experiments, problems } = await listExperiments(folder.path);
    assert.deepEqual(
      experiments.map(e => e.file.id),
      [good.id],
    );
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /broken.experiment\.json/);
  });

  it('refuses what a newer version wrote', async () => {
    using folder = temporaryFolder();
    const file = await createExperiment(folder.path, config);
    await writeExperiment(folder.path, { ...file, schema: 2 } as unknown as ExperimentFile);
    await assert.rejects(readExperiment(folder.path, file.id), { code: 'data', message: /newer Headway/ });
  });

  it('does not delete a running experiment', async () => {
    using folder = temporaryFolder();
    const file = await createExperiment(folder.path, config);
    await assert.rejects(deleteExperiment(folder.path, file.id), { code: 'invalid' });
    await writeExperiment(folder.path, { ...file, status: 'done' });
    await deleteExperiment(folder.path, file.id);
    assert.equal(existsSync(experimentFolder(folder.path, file.id)), false);
  });

  it('makes ids that sort by time', () => {
    const early = createExperimentId(new Date('2026-01-02T03:04:05.678Z'), '512-64', 'ffff');
    const late = createExperimentId(new Date('2026-01-02T03:04:06.000Z'), '256', '0000');
    assert.equal(early, '20260102-030405-512-64-ffff');
    assert.ok(early < late);
  });

  it('keeps history and metrics', async () => {
    using folder = temporaryFolder();
    const rows = [
      {
        epoch: 1,
        trainLoss: 1.5,
        trainAccuracy: 0.25,
        validationLoss: 1.25,
        validationAccuracy: 0.5,
        learningRate: 0.001,
        seconds: 0.1,
      },
      {
        epoch: 2,
        trainLoss: 1,
        trainAccuracy: 0.5,
        validationLoss: 1,
        validationAccuracy: 0,
        learningRate: 0,
        l2: 0.01,
        seconds: 0.1,
      },
    ];
    const history = path.join(folder.path, 'history.csv');
    await writeHistory(history, rows);
    assert.deepEqual(await readHistory(history), rows);
    const metrics = {
      test: { accuracy: { value: 0.9, n: 10, low: 0.6, high: 0.98 }, top5: 1, macroF1: 0.8, logLoss: 0.3 },
    };
    const file = path.join(folder.path, 'metrics.json');
    await writeMetrics(file, metrics);
    assert.deepEqual(await readMetrics(file), metrics);
    assert.deepEqual(await readMetrics(path.join(folder.path, 'none.json')), {});
    assert.deepEqual(await readHistory(path.join(folder.path, 'none.csv')), []);
  });
});

describe('withLiveStatus', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const running = (process?: ExperimentFile['process']): ExperimentFile => ({
    schema: 1,
    id: 'x',
    name: 'x',
    config,
    status: 'training',
    created: '2026-01-01T11:00:00Z',
    ...(process && { process }),
  });
  const beat = (secondsAgo: number, host = os.hostname()) => ({
    pid: 1,
    host,
    heartbeat: new Date(now.getTime() - secondsAgo * 1000).toISOString(),
  });
  const status = (file: ExperimentFile, alive: boolean) => withLiveStatus(file, now, () => alive).status;

  it('believes a living process with a fresh heartbeat', () =>
    assert.equal(status(running(beat(10)), true), 'training'));
  it('sees through a dead process', () => assert.equal(status(running(beat(1)), false), 'interrupted'));
  it('sees through a reused process id', () => assert.equal(status(running(beat(600)), true), 'interrupted'));
  it('goes by the heartbeat alone on another machine', () => {
    assert.equal(status(running(beat(10, 'elsewhere')), false), 'training');
    assert.equal(status(running(beat(600, 'elsewhere')), true), 'interrupted');
  });
  it('gives a queued run a minute to begin', () => assert.equal(status(running(), true), 'interrupted'));
});
