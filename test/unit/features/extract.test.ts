import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Progress } from '../../../src/shared/experiment.ts';
import { CancelledError } from '../../../src/shared/errors.ts';
import { getBackbone, readBackboneModel, type Backbone } from '../../../src/engine/backbones/registry.ts';
import { cutBackbone, type Cut } from '../../../src/engine/backbones/cut.ts';
import { writeGraph } from '../../../src/engine/graph/write.ts';
import { extractFeatures, type FeatureImage } from '../../../src/engine/features/extract.ts';
import { candidatePlans, planKey, rememberedPlan } from '../../../src/engine/features/plans.ts';
import { decodeForBackbone } from '../../../src/engine/images/decode.ts';
import { identifyFiles } from '../../../src/engine/images/identify.ts';
import { createNativeRuntime } from '../../../src/engine/runtime/native.ts';
import type { Runtime } from '../../../src/engine/runtime/runtime.ts';
import { openStore } from '../../../src/engine/store/store.ts';
import { jpeg, picture, writeFiles } from '../../fixtures/images/makeImages.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const D = 1280;
let runtime: Runtime;
let backbone: Backbone;
let pool: Cut;

before(async () => {
  runtime = createNativeRuntime();
  backbone = await getBackbone('efficientnet-lite0');
  pool = await cutBackbone(backbone, 'pool');
});
after(() => runtime[Symbol.asyncDispose]());

async function setUp(files: Record<string, Uint8Array>) {
  const folder = temporaryFolder();
  await writeFiles(folder.path, files);
  const store = openStore(path.join(folder.path, 'cache'));
  const names = Object.keys(files);
  const absolute = names.map(name => path.join(folder.path, name));
  const images = (await identifyFiles(store, absolute)).map((id, i): FeatureImage => ({
    path: names[i]!,
    absolute: absolute[i]!,
    hash: id.hash!,
  }));
  return {
    images,
    extract: (more: Partial<Parameters<typeof extractFeatures>[0]> = {}) =>
      extractFeatures({ images, backbone, cut: pool, runtime, store, ...more }),
    store,
    folder: folder.path,
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

const many = async (count: number): Promise<Record<string, Uint8Array>> => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) files[`${i}.jpg`] = await jpeg(i, 60, 50);
  return files;
};

/** The features of one image by a plain session without batches, cache or pipeline. */
async function reference(file: string): Promise<Float32Array> {
  await using session = await runtime.load(writeGraph(pool.frozen));
  const output = new Float32Array(D);
  await using binding = session
    .bind()
    .input('image', await decodeForBackbone(file, backbone.recipe), [1, 224, 224, 3])
    .output('pool/features', output, [1, D]);
  await binding.run();
  return output;
}

function largest(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
}

test('rows are those of the images, equal to a plain forward pass; duplicates share theirs', async () => {
  const files = await many(37);
  using place = await setUp({ ...files, 'copy of 5.jpg': files['5.jpg']! });
  const { features: matrix, skipped, cached } = await place.extract();
  assert.deepEqual([matrix.width, matrix.rows, skipped, cached], [D, 38, [], 0]);
  const features = matrix.dense!;
  const row = (i: number): Float32Array => features.subarray(i * D, (i + 1) * D);
  for (const i of [0, 17, 36])
    assert.ok(largest(row(i), await reference(place.images[i]!.absolute)) < 1e-3, `row ${i}`);
  assert.deepEqual(row(37), row(5));
  assert.ok(largest(row(0), row(1)) > 0.1);
});

test('the second time nothing is decoded or computed, whatever happened to the files', async () => {
  using place = await setUp(await many(20));
  const first = await place.extract();
  for (const { absolute } of place.images) rmSync(absolute);
  const noRuntime: Runtime = {
    ...runtime,
    kind: 'native',
    version: 'none',
    device: 'cpu',
    load: () => Promise.reject(new Error('computed')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const second = await place.extract({ runtime: noRuntime });
  assert.equal(second.cached, 20);
  assert.deepEqual(second.features.dense, first.features.dense);
  const reversed = await place.extract({ runtime: noRuntime, images: place.images.toReversed() });
  assert.deepEqual(reversed.features.dense!.subarray(0, D), first.features.dense!.subarray(19 * D));
});

test('what cannot be decoded is skipped with its reason, remembered as a problem, and its row is empty', async () => {
  // Passes a look at header and end, and fails when its pixels are read.
  const damaged = await picture(300, 300, 2).png().toBuffer();
  damaged.fill(0xa5, damaged.length >> 1, (damaged.length >> 1) + 500);
  using place = await setUp({ 'a.jpg': await jpeg(1), 'b.png': damaged, 'c.jpg': await jpeg(3), 'b2.png': damaged });
  const { features: matrix, skipped } = await place.extract();
  const features = matrix.dense!;
  assert.deepEqual(skipped.map(s => s.path).sort(), ['b.png', 'b2.png']);
  assert.ok(
    skipped.every(s => s.reason.length > 20),
    JSON.stringify(skipped),
  );
  assert.ok(features.subarray(D, 2 * D).every(v => v === 0));
  assert.ok(features.subarray(2 * D, 3 * D).some(v => v !== 0));
  assert.ok(place.store.images([place.images[1]!.hash])[0]?.problem);
});

test('cancelling keeps what is done, and the next run goes on from there', async () => {
  using place = await setUp(await many(120));
  const controller = new AbortController();
  let done = 0;
  const onProgress = (progress: Progress): void => {
    done = progress.done;
    if (progress.done >= 30) controller.abort();
  };
  await assert.rejects(place.extract({ signal: controller.signal, onProgress }), CancelledError);
  const seen: Progress[] = [];
  const result = await place.extract({ onProgress: p => seen.push(p) });
  assert.ok(result.cached >= done && result.cached < 120, `${result.cached} kept of ${done}`);
  assert.ok(
    seen.every((p, i) => p.phase === 'features' && p.total === 120 && p.done > (seen[i - 1]?.done ?? result.cached)),
  );
  assert.equal(seen.at(-1).done, 120);
  await assert.rejects(place.extract({ signal: AbortSignal.abort() }), CancelledError);
});

test('with much to do the candidates are tried on the work itself and the best is remembered', async () => {
  using place = await setUp(await many(390));
  const features = (await place.extract({ threads: 2 })).features.dense!;
  const rows = new Set(place.images.map((_, i) => features.subarray(i * D, i * D + 8).join()));
  assert.ok(rows.size > 350, `${rows.size} different rows`);
  assert.ok(features.subarray(389 * D).some(v => v !== 0));
  const plans = candidatePlans(runtime, 2);
  assert.ok(rememberedPlan(place.store, planKey(runtime, `${backbone.sha256} pool/features`, plans), plans));
});

test('an unknown boundary is refused with those there are', async () => {
  await assert.rejects(cutBackbone(backbone, 'attic'), /"attic" is not a boundary: give pool, last-conv/);
  await assert.rejects(cutBackbone(backbone, 'conv:1000'), /convolution layers; give conv:1 to conv:/);
});

test('the frozen part is smaller than the backbone and gives the same features', async () => {
  const model = writeGraph(pool.frozen);
  assert.ok(model.length < (await readBackboneModel(backbone)).length - 2_000_000);
  await using whole = await runtime.load(await readBackboneModel(backbone));
  const pixels = await decodeForBackbone(await jpeg(4), backbone.recipe);
  const expected = new Float32Array(D);
  const logits = new Float32Array(1000);
  await using binding = whole.bind().input('image', pixels, [1, 224, 224, 3]);
  for (const name of whole.outputs) {
    if (name === 'pool/features') binding.output(name, expected, [1, D]);
    else if (name === 'classifier/logits') binding.output(name, logits, [1, 1000]);
    else binding.output(name, new Float32Array(1280 * 49), [1, 1280, 7, 7]);
  }
  await binding.run();
  await using cut = await runtime.load(model);
  const found = new Float32Array(D);
  await using other = cut.bind().input('image', pixels, [1, 224, 224, 3]).output('pool/features', found, [1, D]);
  await other.run();
  assert.ok(largest(found, expected) < 1e-4);
});
