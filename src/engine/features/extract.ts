import { CancelledError, throwIfAborted } from '../../shared/errors.ts';
import type { Progress } from '../../shared/experiment.ts';
import type { Backbone, BackboneBoundary } from '../backbones/registry.ts';
import { ProgressMeter } from '../files/progress.ts';
import { decodeForBackbone, preprocessingId } from '../images/decode.ts';
import { problemOf } from '../images/inspect.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { FeatureKey, Store } from '../store/store.ts';
import { findBoundary } from './backboneSession.ts';
import { Lanes, type Plan } from './lanes.ts';
import { runPipeline } from './pipeline.ts';
import { candidatePlans, decodersBeside, planKey, rememberedPlan, rememberPlan } from './plans.ts';

export interface FeatureImage {
  /** How the picture is named in `skipped`. */
  path: string;
  absolute: string;
  /** SHA-256 of the file's bytes, hex. */
  hash: string;
}

export interface ExtractFeatures {
  images: readonly FeatureImage[];
  backbone: Backbone;
  /** Name of a boundary of the backbone. */
  boundary: string;
  runtime: Runtime;
  store: Store;
  /** Threads to compute with; default: the physical cores. */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ExtractedFeatures {
  /** [images.length, D], rows in the order of the images; rows of skipped ones are 0. */
  features: Float32Array;
  /** Values per image. */
  dimensions: number;
  /** Images that could not be decoded, and why. */
  skipped: { path: string; reason: string }[];
  seconds: number;
  /** Images whose features were there already. */
  cached: number;
}

/** Computed rows go to the store in transactions of at least this many. */
const GROUP = 64;

/**
 * Features of pictures at a boundary of a backbone: read from the store, else computed and stored as they come, each content once.
 * Throws CancelledError (what was computed stays stored), HeadwayError('invalid') for an unknown boundary, RuntimeError.
 */
export async function extractFeatures(request: ExtractFeatures): Promise<ExtractedFeatures> {
  const start = performance.now();
  const { images, backbone, store, signal } = request;
  throwIfAborted(signal);
  const boundary = findBoundary(backbone, request.boundary);
  const dimensions = boundary.dims.reduce((a, b) => a * b, 1);
  const key: FeatureKey = {
    backbone: backbone.sha256,
    boundary: boundary.tensor,
    preprocessing: preprocessingId(backbone.recipe),
  };
  const features = new Float32Array(images.length * dimensions);
  const found = store.readFeatures(
    key,
    images.map(image => image.hash),
    dimensions,
    features,
  );
  const rowsOf = new Map<string, number[]>();
  for (const [row, { hash }] of images.entries()) {
    if (found[row]) continue;
    const rows = rowsOf.get(hash);
    if (rows) rows.push(row);
    else rowsOf.set(hash, [row]);
  }
  const cached = images.length - rowsOf.values().reduce((n, rows) => n + rows.length, 0);
  const meter = new ProgressMeter('features', images.length, request.onProgress, cached);
  const skipped: ExtractedFeatures['skipped'] = [];
  const writer = new GroupWriter(store, key, dimensions);
  try {
    await compute(request, boundary, {
      todo: rowsOf
        .values()
        .map(rows => images[rows[0]!]!)
        .toArray(),
      onSkip: (image, reason) => {
        const rows = rowsOf.get(image.hash)!;
        for (const row of rows) skipped.push({ path: images[row]!.path, reason });
        meter.add(rows.length);
      },
      onBatch: (batch, values) => {
        for (const [i, { hash }] of batch.entries()) {
          const rows = rowsOf.get(hash)!;
          const value = values.subarray(i * dimensions, (i + 1) * dimensions);
          for (const row of rows) features.set(value, row * dimensions);
          writer.add(hash, value);
          meter.add(rows.length);
        }
      },
    });
  } finally {
    writer.flush();
  }
  return { features, dimensions, skipped, seconds: (performance.now() - start) / 1000, cached };
}

interface Work {
  todo: readonly FeatureImage[];
  onSkip: (image: FeatureImage, reason: string) => void;
  onBatch: (images: readonly FeatureImage[], features: Float32Array) => void;
}

/**
 * Where there is much to do and nothing is remembered, the first images are computed by each candidate plan in turn, with decoding
 * beside it as always, and the fastest goes on. Nothing is computed only to measure.
 */
async function compute(request: ExtractFeatures, boundary: BackboneBoundary, work: Work): Promise<void> {
  const { runtime, backbone, store, threads } = request;
  const plans = candidatePlans(runtime, threads);
  const key = planKey(runtime, `${backbone.sha256} ${boundary.tensor}`, plans);
  let plan = rememberedPlan(store, key, plans);
  let begin = 0;
  const trials = plans.map(p => Math.max(64, 4 * p.sessions * p.batch));
  const needed = trials.reduce((a, b) => a + b, 0);
  if (!plan && plans.length > 1 && work.todo.length >= 2 * needed) {
    const rates: number[] = [];
    for (const [i, candidate] of plans.entries()) {
      const end = begin + trials[i]!;
      rates.push(await computeWith(request, boundary, candidate, { ...work, todo: work.todo.slice(begin, end) }));
      begin = end;
    }
    plan = plans[rates.indexOf(Math.max(...rates))]!;
    rememberPlan(store, key, plan);
  }
  const rest = work.todo.slice(begin);
  if (rest.length > 0) await computeWith(request, boundary, plan ?? plans[0]!, { ...work, todo: rest });
}

/** Returns images per second, without the time to load the model. */
async function computeWith(
  { runtime, backbone, store, signal }: ExtractFeatures,
  boundary: BackboneBoundary,
  plan: Plan,
  { todo, onSkip, onBatch }: Work,
): Promise<number> {
  const sessions = Math.min(plan.sessions, Math.ceil(todo.length / plan.batch));
  await using lanes = await Lanes.open(runtime, backbone, boundary, { ...plan, sessions });
  const start = performance.now();
  await runPipeline({
    items: todo,
    lanes: lanes.all,
    decoders: decodersBeside(plan),
    signal,
    onBatch,
    decode: async (image, stop) => {
      try {
        return await decodeForBackbone(image.absolute, backbone.recipe, stop);
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        const facts = problemOf(error);
        store.putImages([{ hash: image.hash, facts }]);
        onSkip(image, `${image.path} ${facts.message}.`);
        return undefined;
      }
    },
  });
  return todo.length / ((performance.now() - start) / 1000);
}

/** Collects rows so that a transaction is worth its cost. */
class GroupWriter {
  readonly #store: Store;
  readonly #key: FeatureKey;
  readonly #dimensions: number;
  #hashes: string[] = [];
  readonly #rows: Float32Array;

  constructor(store: Store, key: FeatureKey, dimensions: number) {
    this.#store = store;
    this.#key = key;
    this.#dimensions = dimensions;
    this.#rows = new Float32Array(GROUP * dimensions);
  }

  add(hash: string, value: Float32Array): void {
    this.#rows.set(value, this.#hashes.length * this.#dimensions);
    if (this.#hashes.push(hash) === GROUP) this.flush();
  }

  flush(): void {
    const hashes = this.#hashes;
    this.#hashes = [];
    if (hashes.length > 0)
      this.#store.putFeatures(this.#key, hashes, this.#rows.subarray(0, hashes.length * this.#dimensions));
  }
}
