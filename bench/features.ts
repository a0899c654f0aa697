/**
 * What the feature pipeline wastes. Decoding alone and the forward pass alone, each with all cores, bound what one core pool can do for
 * both: 1 / (1/decode + 1/forward) images a second. The pipeline's rate over that bound is the share of the machine that does useful work.
 * The three are measured in turns on the same pictures, several rounds, medians.
 */
import { existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { cutBackbone } from '../src/engine/backbones/cut.ts';
import { getBackbone, type Backbone } from '../src/engine/backbones/registry.ts';
import { extractFeatures, type FeatureImage } from '../src/engine/features/extract.ts';
import { Lanes, type Plan } from '../src/engine/features/lanes.ts';
import { candidatePlans } from '../src/engine/features/plans.ts';
import { forEachConcurrent } from '../src/engine/files/concurrent.ts';
import { decodeForBackbone } from '../src/engine/images/decode.ts';
import { identifyFiles } from '../src/engine/images/identify.ts';
import { defaultThreads } from '../src/engine/runtime/defaultThreads.ts';
import { createNativeRuntime } from '../src/engine/runtime/native.ts';
import type { Runtime } from '../src/engine/runtime/runtime.ts';
import { createGarden } from '../src/engine/sample/garden.ts';
import { openStore } from '../src/engine/store/store.ts';
import { median, type Row } from './report.ts';

const IMAGES = 600;
const ROUNDS = 5;
const FORWARD_IMAGES = 256;

export async function bench(note: (text: string) => void): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headway-bench-'));
  try {
    const files = await pictures(folder, note);
    await using runtime = createNativeRuntime();
    const backbone = await getBackbone('efficientnet-lite0');
    const images = await identify(folder, files);
    const pixels: Uint8Array[] = [];
    await decodeAll(files.slice(0, FORWARD_IMAGES), backbone, pixels);

    const plan = await bestForward(runtime, backbone, pixels, note);
    const rates = { decode: [] as number[], forward: [] as number[], pipeline: [] as number[], share: [] as number[] };
    // A first extraction calibrates, as the first one on any machine does.
    await extract(runtime, backbone, path.join(folder, 'cache'), images);
    for (let round = 1; round <= ROUNDS; round++) {
      const decode = files.length / (await decodeAll(files, backbone));
      const forward = await forwardRate(runtime, backbone, pixels, plan);
      const pipeline = images.length / (await extract(runtime, backbone, path.join(folder, 'cache'), images));
      const forwardAfter = await forwardRate(runtime, backbone, pixels, plan);
      const bound = 1 / (1 / decode + 2 / (forward + forwardAfter));
      note(
        `round ${round}: decode ${decode.toFixed(0)}, forward ${forward.toFixed(1)} and ${forwardAfter.toFixed(1)}, pipeline ${pipeline.toFixed(1)} images/s, ${((100 * pipeline) / bound).toFixed(0)} % of the bound; load ${os.loadavg()[0]!.toFixed(1)}`,
      );
      rates.decode.push(decode);
      rates.forward.push((forward + forwardAfter) / 2);
      rates.pipeline.push(pipeline);
      rates.share.push(pipeline / bound);
    }
    const decode = median(rates.decode);
    const forward = median(rates.forward);
    return [
      { what: 'decode alone (sharp)', ours: decode, unit: 'images/s' },
      {
        what: `forward alone (${plan.sessions} x ${plan.threads} threads, batch ${plan.batch})`,
        ours: forward,
        unit: 'images/s',
      },
      {
        what: 'pipeline against 1 / (1/decode + 1/forward)',
        ours: median(rates.pipeline),
        peer: 1 / (1 / decode + 1 / forward),
        unit: 'images/s',
        ratio: median(rates.share),
        target: 0.9,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The photographs beside the checkout where they are, else the sample. Spread over all folders. */
async function pictures(folder: string, note: (text: string) => void): Promise<string[]> {
  let root = path.resolve(import.meta.dirname, '../../shared/data/produce');
  if (!existsSync(root)) {
    note('The photographs ../shared/data/produce are not there; making the sample instead.');
    root = path.join(folder, 'garden');
    await createGarden({ directory: root });
  }
  const all = globSync('**/*.jpg', { cwd: root }).sort();
  const step = Math.max(1, Math.floor(all.length / IMAGES));
  return all
    .filter((_, i) => i % step === 0)
    .slice(0, IMAGES)
    .map(file => path.join(root, file));
}

async function identify(folder: string, files: readonly string[]): Promise<FeatureImage[]> {
  using store = openStore(path.join(folder, 'identities'));
  const identities = await identifyFiles(store, files);
  return files.flatMap((absolute, i) => {
    const { hash } = identities[i]!;
    return hash === undefined ? [] : [{ path: absolute, absolute, hash }];
  });
}

/** Seconds to decode all files with every core. */
async function decodeAll(files: readonly string[], backbone: Backbone, keep?: Uint8Array[]): Promise<number> {
  const start = performance.now();
  await forEachConcurrent(files, Math.max(4, os.availableParallelism()), async (file, i) => {
    const pixels = await decodeForBackbone(file, backbone.recipe);
    if (keep) keep[i] = pixels;
  });
  return (performance.now() - start) / 1000;
}

/** Images per second of the bare session or sessions on decoded pictures. */
async function forwardRate(
  runtime: Runtime,
  backbone: Backbone,
  pixels: readonly Uint8Array[],
  plan: Plan,
): Promise<number> {
  await using lanes = await Lanes.open(runtime, backbone, await cutBackbone(backbone, 'pool'), plan);
  const { signal } = new AbortController();
  for (const lane of lanes.all) await lane.forward(pixels.slice(0, plan.batch), signal);
  const start = performance.now();
  let next = 0;
  await Promise.all(
    lanes.all.map(async lane => {
      while (next < pixels.length) {
        const batch = pixels.slice(next, (next += plan.batch));
        await lane.forward(batch, signal);
      }
    }),
  );
  return pixels.length / ((performance.now() - start) / 1000);
}

/** The strongest bare forward pass: one session with all threads, or as many sessions as the pipeline would use. */
async function bestForward(
  runtime: Runtime,
  backbone: Backbone,
  pixels: readonly Uint8Array[],
  note: (text: string) => void,
): Promise<Plan> {
  const threads = defaultThreads();
  const plans = [...candidatePlans(runtime, threads), { sessions: 1, threads, batch: 8 }];
  const rates: number[] = [];
  for (const plan of plans) {
    rates.push(await forwardRate(runtime, backbone, pixels, plan));
    note(
      `forward, ${plan.sessions} sessions of ${plan.threads} threads, batch ${plan.batch}: ${rates.at(-1).toFixed(1)} images/s`,
    );
  }
  return plans[rates.indexOf(Math.max(...rates))]!;
}

/** Seconds to extract all features anew; only the calibration is kept in the cache. */
async function extract(
  runtime: Runtime,
  backbone: Backbone,
  cache: string,
  images: readonly FeatureImage[],
): Promise<number> {
  using store = openStore(cache);
  // Content hashes of their own, so that nothing is found in the cache.
  const run = `${performance.now()}`;
  const fresh = images.map(image => ({ ...image, hash: `${run} ${image.hash}` }));
  const { seconds, cached } = await extractFeatures({
    images: fresh,
    backbone,
    cut: await cutBackbone(backbone, 'pool'),
    runtime,
    store,
  });
  if (cached > 0) throw new Error('features were found in the cache');
  return seconds;
}
