import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_CONFIG, isActive, type ExperimentSummary, type TrainConfig } from '../../../src/shared/experiment.ts';
import { isTemporaryName } from '../../../src/engine/files/atomic.ts';
import { makeClassFolders } from '../classFolders.ts';
import { eventually } from '../headway.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { startService, type RunningService } from './client.ts';

const version = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
/** Long enough to be caught in the middle, and never stopped early. */
const LONG: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'discs', head: '64', epochs: 100_000, patience: 0 };

describe('service and run processes', () => {
  const folder = temporaryFolder();
  const workspace = path.join(folder.path, 'workspace');
  const cache = path.join(folder.path, 'cache');
  before(async () => {
    await makeClassFolders(path.join(workspace, 'discs'));
    await using service = startService(cache);
    await service.engine.addDataset({ workspace, source: 'discs' });
  });
  after(() => folder[Symbol.dispose]());

  const find = async ({ engine }: RunningService, id: string): Promise<ExperimentSummary | undefined> =>
    (await engine.listExperiments({ workspace })).find(e => e.file.id === id);
  const untilEpoch = (service: RunningService, id: string, epoch: number) =>
    eventually(async () => {
      const found = await find(service, id);
      assert.ok(found && isActive(found.file.status), JSON.stringify(found?.file));
      return (found.lastEpoch?.epoch ?? 0) >= epoch ? found : undefined;
    }, `epoch ${epoch} of ${id}`);
  const untilEnd = (service: RunningService, id: string) =>
    eventually(async () => {
      const found = await find(service, id);
      return found && !isActive(found.file.status) ? found : undefined;
    }, `the end of ${id}`);

  it('shakes hands, and refuses another version', async () => {
    await using service = startService(cache);
    const hello = await service.engine.hello({ version });
    assert.equal(hello.pid, service.process.pid);
    await assert.rejects(service.engine.hello({ version: '0.0.1' }), { code: 'engine', message: /reload/ });
  });

  it('trains in a process of its own, then answers with reports, pages and thumbnails', async () => {
    await using service = startService(cache);
    const { engine } = service;
    const { id } = await engine.startExperiment({ workspace, config: { ...LONG, epochs: 15 } });
    assert.equal((await untilEnd(service, id)).file.status, 'done');
    const detail = await engine.getExperiment({ workspace, id });
    assert.equal(detail.history.length, 15);
    assert.deepEqual(
      detail.reports.map(r => r.split),
      ['train', 'validation', 'test'],
    );
    const page = await engine.predictions({
      workspace,
      id,
      split: 'train',
      filter: 'all',
      sort: 'path',
      offset: 2,
      limit: 3,
    });
    assert.equal(page.rows.length, 3);
    const paths = page.rows.map(row => path.join(detail.imageRoot, row.path));
    const { bytes, offsets } = await engine.thumbnails({
      paths: [...paths, path.join(workspace, 'nothing.jpg')],
      size: 64,
    });
    assert.equal(offsets.length, 5);
    assert.equal(Buffer.from(bytes.subarray(offsets[0], offsets[1])).subarray(8, 12).toString(), 'WEBP');
    assert.equal(offsets[3], offsets[4], 'what cannot be read has no thumbnail');
  });

  it('stops a run on request and keeps its best weights', async () => {
    await using service = startService(cache);
    const { id } = await service.engine.startExperiment({ workspace, config: LONG });
    await untilEpoch(service, id, 3);
    await service.engine.stopExperiment({ workspace, id });
    const { file, metrics } = await untilEnd(service, id);
    assert.equal(file.status, 'stopped');
    assert.ok(metrics.test && metrics.test.accuracy.n > 0);
  });

  it('lets a run go on when the service is killed, and finds it again', async () => {
    const first = startService(cache);
    const { id } = await first.engine.startExperiment({ workspace, config: LONG });
    await untilEpoch(first, id, 2);
    const pending = first.engine.ping(null).then(() => first.engine.doctor(null));
    first.process.kill('SIGKILL');
    await assert.rejects(pending, { name: 'HeadwayError' });
    await using second = startService(cache);
    const before = (await find(second, id))?.lastEpoch?.epoch ?? 0;
    await untilEpoch(second, id, before + 1);
    await second.engine.stopExperiment({ workspace, id });
    assert.equal((await untilEnd(second, id)).file.status, 'stopped');
  });

  it('shows a killed run as interrupted, never reads half a file, and trains again', async () => {
    await using service = startService(cache);
    for (const epoch of [0, 1, 7]) {
      const { id } = await service.engine.startExperiment({ workspace, config: LONG });
      const { file } =
        epoch === 0
          ? await eventually(async () => {
              const e = await find(service, id);
              return e?.file.process ? e : undefined;
            }, 'a process')
          : await untilEpoch(service, id, epoch);
      process.kill(file.process!.pid, 'SIGKILL');
      const ended = await untilEnd(service, id);
      assert.equal(ended.file.status, 'interrupted');
      assert.match(ended.file.message ?? '', /Resume it/);
      const detail = await service.engine.getExperiment({ workspace, id });
      assert.deepEqual(detail.reports, []);
      assert.ok(detail.history.every((row, i) => row.epoch === i + 1));
    }
    const { id } = await service.engine.startExperiment({ workspace, config: { ...LONG, epochs: 2 } });
    const { file } = await untilEnd(service, id);
    assert.equal(file.status, 'done');
    assert.deepEqual(readdirSync(path.join(workspace, '.headway/experiments', id)).filter(isTemporaryName), []);
  });

  it('says what is wrong with a configuration before anything starts', async () => {
    await using service = startService(cache);
    await assert.rejects(service.engine.startExperiment({ workspace, config: { ...LONG, head: 'x' } }), {
      code: 'invalid',
    });
  });

  it('writes down why a run failed', async () => {
    await using service = startService(cache);
    const { id } = await service.engine.startExperiment({ workspace, config: { ...LONG, dataset: 'gone' } });
    const { file } = await untilEnd(service, id);
    assert.equal(file.status, 'failed');
    assert.match(file.message ?? '', /gone/);
  });

  it('ends with its parent', async () => {
    const service = startService(cache);
    await service.engine.hello({ version });
    const code = new Promise(resolve => service.process.once('exit', resolve));
    service.process.disconnect();
    assert.equal(await code, 0);
  });
});
