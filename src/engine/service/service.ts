/** The long-lived process behind the editor: `main.mjs service --cache DIR`, forked with an IPC channel by the extension host. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { EngineApi } from '../../shared/engineApi.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { DEFAULT_CONFIG, isActive } from '../../shared/experiment.ts';
import { serve } from '../../shared/rpc.ts';
import { augmentationPreview } from '../augment/preview.ts';
import { parseAugmentations } from '../augment/parse.ts';
import { getBackbone } from '../backbones/registry.ts';
import { classifyImages } from '../classify/classify.ts';
import { addDataset, listDatasets, openDataset, removeDataset, summary } from '../datasets/dataset.ts';
import { openEngine, type Engine } from '../engine.ts';
import { headwayVersion } from '../entry.ts';
import {
  createExperiment,
  deleteExperiment,
  endPause,
  listExperiments,
  queueAgain,
  readExperiment,
  requestPause,
  requestStop,
} from '../experiments/experimentFiles.ts';
import { thumbnails } from '../images/thumbnail.ts';
import { estimateRun } from '../run/estimate.ts';
import { findRate } from '../run/findRate.ts';
import { holdLease } from '../run/lease.ts';
import { leasePath, startRun } from '../run/startRun.ts';
import { createGarden } from '../sample/garden.ts';
import { checkConfig } from '../train/config.ts';
import { connectToParent } from './connection.ts';
import { examine } from './doctor.ts';
import { ExperimentReader } from './experimentReader.ts';

/** Serves until the parent goes or asks for the end (SIGTERM). */
export async function runService(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { cache: { type: 'string' } } });
  if (values.cache === undefined) throw new Error('service: --cache is needed');
  // The log channel of the extension shows what the service writes to stderr.
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const connection = connectToParent();
  await using engine = openEngine(values.cache, log);
  const ended = new Promise<void>(resolve => {
    process.once('disconnect', resolve);
    process.once('SIGTERM', () => resolve());
  });
  serve<EngineApi>(connection, handlers(engine, log), (method, error) =>
    log(`${method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  );
  connection.listen();
  await ended;
  connection.dispose();
  if (process.connected) process.disconnect();
}

function handlers(engine: Engine, log: (line: string) => void): EngineApi {
  const { store, cacheDirectory } = engine;
  const reader = new ExperimentReader();
  const leases = new Map<string, Disposable>();
  /** Runs started from this window go on as long as this service lives, also those that an earlier service started. */
  const lease = (workspace: string) => {
    if (leases.has(workspace)) return;
    leases.set(
      workspace,
      holdLease(leasePath(cacheDirectory, workspace), error => log(`The lease cannot be written: ${String(error)}`)),
    );
  };
  return {
    hello: ({ version }) => {
      if (version !== headwayVersion())
        throw new HeadwayError(
          'engine',
          `The engine is version ${headwayVersion()}, the extension ${version}; reload the window.`,
        );
      return Promise.resolve({ version: headwayVersion(), pid: process.pid, node: process.version });
    },
    ping: () => Promise.resolve(null),

    listDatasets: async ({ workspace }, { signal }) => {
      const { datasets, problems } = await listDatasets(workspace, { store, signal });
      problems.forEach(log);
      return datasets;
    },
    getDataset: async ({ workspace, name }, { signal }) =>
      summary(await openDataset(workspace, name, { store, signal })),
    addDataset: async ({ workspace, ...request }, { signal, progress }) =>
      summary(await addDataset(workspace, request, { store, signal, onProgress: progress })),
    removeDataset: async ({ workspace, name }) => {
      await removeDataset(workspace, name);
      return null;
    },
    createSample: async ({ workspace, directory }, { signal, progress }) => {
      await createGarden({
        directory,
        signal,
        onProgress: (done, total) => progress({ phase: 'sample', done, total }),
      });
      return summary(
        await addDataset(
          workspace,
          { source: path.join(directory, 'manifest.csv'), name: 'garden', groupBy: 'column' },
          { store, signal, onProgress: progress },
        ),
      );
    },

    listExperiments: async ({ workspace }) => {
      lease(workspace);
      const { experiments, problems } = await listExperiments(workspace);
      problems.forEach(log);
      return experiments;
    },
    getExperiment: ({ workspace, id }) => reader.detail(workspace, id),
    startExperiment: async ({ workspace, config, name }) => {
      lease(workspace);
      checkConfig(config);
      const { id } = await createExperiment(workspace, config, name);
      await startRun({ workspace, id, cacheDirectory }, () => log(`The process of run ${id} has ended.`));
      return { id };
    },
    stopExperiment: async ({ workspace, id }) => {
      await requestStop(workspace, id);
      return null;
    },
    pauseExperiment: async ({ workspace, id }) => {
      await requestPause(workspace, id);
      return null;
    },
    resumeExperiment: async ({ workspace, id }) => {
      lease(workspace);
      const file = await readExperiment(workspace, id);
      if (isActive(file.status)) await endPause(workspace, id);
      else {
        await queueAgain(workspace, file);
        await startRun({ workspace, id, cacheDirectory }, () => log(`The process of run ${id} has ended.`));
      }
      return null;
    },
    findLearningRate: ({ workspace, config }, { signal, progress }) =>
      findRate(engine, workspace, config, { signal, onProgress: progress }),
    estimate: ({ workspace, config }, { signal }) => estimateRun(engine, workspace, config, signal),
    augmentationPreview: async ({ path: file, augment, seed, count }, { signal }) => {
      const { recipe } = await getBackbone(DEFAULT_CONFIG.backbone);
      const bytes = await readFile(file);
      const list = parseAugmentations(augment);
      const image = createHash('sha256').update(bytes).digest('hex');
      const [plain] = await augmentationPreview(bytes, recipe, [], seed, 1, image, signal);
      return { images: [plain!, ...(await augmentationPreview(bytes, recipe, list, seed, count, image, signal))] };
    },
    deleteExperiment: async ({ workspace, id }) => {
      await deleteExperiment(workspace, id);
      return null;
    },
    predictions: query => reader.predictions(query),

    thumbnails: ({ paths, size }, { signal }) => thumbnails(store, paths, size, signal),
    classify: ({ workspace, paths, experiment }, { signal, progress }) =>
      classifyImages(engine, workspace, {
        paths,
        ...(experiment !== undefined && { experiment }),
        signal,
        onProgress: progress,
      }),
    doctor: (_, { signal }) => examine(engine, signal),
  };
}
