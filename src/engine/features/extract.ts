import { tmpdir } from 'node:os';
import path from 'node:path';
import { CancelledError, throwIfAborted } from '../../shared/errors.ts';
import type { Progress } from '../../shared/experiment.ts';
import type { Cut } from '../backbones/cut.ts';
import type { Backbone } from '../backbones/registry.ts';
import { ProgressMeter } from '../files/progress.ts';
import { decodeForBackbone, preprocessingId } from '../images/decode.ts';
import { problemOf } from '../images/inspect.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { FeatureKey, Store } from '../store/store.ts';
import { sizeOf } from '../graph/tensors.ts';
import { Lanes, type Plan } from './lanes.ts';
import { createMatrix, encodeRow, rowBytes, type FeatureMatrix } from './matrix.ts';
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
  /** What is computed and cached. */
  cut: Cut;
  /** Another way to make the backbone's input of a picture (an augmented variant), with the name of what it makes in the cache. */
  variant?: { name: string; decode: (image: FeatureImage, signal: AbortSignal) => Promise<Uint8Array> } | undefined;
  /** Where the rows go: rows `at` to `at + images.length` of this matrix. Default: a matrix of their own. */
  into?: { matrix: FeatureMatrix; at: number } | undefined;
  /** File that takes the rows where they do not fit into memory. */
  spillFile?: string | undefined;
  runtime: Runtime;
  store: Store;
  /** Threads to compute with; default: the physical cores. */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ExtractedFeatures {
  /** Rows in the order of the images; rows of skipped ones are 0. */
  features: FeatureMatrix;
  /** Images that could not be decoded, and why. */
  skipped: { path: string; reason: string }[];
  seconds: number;
  /** Images whose features were there already. */
  cached: number;
}

/** Computed rows go to the store in transactions of at least this many. */
const GROUP = 64;

/**
 * Features of pictures where a backbone is cut: read from the store, else computed and stored as they come, each content once.
 * Throws CancelledError (what was computed stays stored), RuntimeError.
 */
export async function extractFeatures(request: ExtractFeatures): Promise<ExtractedFeatures> {
  const start = performance.now();
  const { images, backbone, store, signal } = request;
  throwIfAborted(signal);
  const { cut } = request;
  const width = sizeOf(cut.dims);
  const key = featureKey(backbone, cut, request.variant?.name);
  const { matrix, at } = request.into ?? {
    matrix: createMatrix(
      images.length,
      width,
      request.spillFile ?? path.join(tmpdir(), `headway-${process.pid}.features`),
    ),
    at: 0,
  };
  const found = store.readFeatures(
    key,
    images.map(image => image.hash),
    rowBytes(width),
    (row, bytes) => matrix.setEncoded(at + row, bytes),
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
  const writer = new GroupWriter(store, key);
  try {
    await compute(request, {
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
          const bytes = encodeRow(values.subarray(i * width, (i + 1) * width));
          for (const row of rows) matrix.setEncoded(at + row, bytes);
          writer.add(hash, bytes);
          meter.add(rows.length);
        }
      },
    });
  } finally {
    writer.flush();
  }
  return { features: matrix, skipped, seconds: (performance.now() - start) / 1000, cached };
}

/** Where features are cached; `variant` names what was done to the pictures, if anything. */
export const featureKey = (backbone: Backbone, cut: Cut, variant?: string): FeatureKey => ({
  backbone: backbone.sha256,
  boundary: cut.name,
  preprocessing: preprocessingId(backbone.recipe) + (variant === undefined ? '' : `, ${variant}`),
});

interface Work {
  todo: readonly FeatureImage[];
  onSkip: (image: FeatureImage, reason: string) => void;
  onBatch: (images: readonly FeatureImage[], features: Float32Array) => void;
}

/**
 * Where there is much to do and nothing is remembered, the first images are computed by each candidate plan in turn, with decoding
 * beside it as always, and the fastest goes on. Nothing is computed only to measure.
 */
async function compute(request: ExtractFeatures, work: Work): Promise<void> {
  const { runtime, backbone, cut, store, threads } = request;
  const plans = candidatePlans(runtime, threads);
  const key = planKey(runtime, `${backbone.sha256} ${cut.name}`, plans);
  let plan = rememberedPlan(store, key, plans);
  let begin = 0;
  const trials = plans.map(p => Math.max(48, 3 * p.sessions * p.batch));
  const needed = trials.reduce((a, b) => a + b, 0);
  if (!plan && plans.length > 1 && work.todo.length >= 2 * needed) {
    const rates: number[] = [];
    for (const [i, candidate] of plans.entries()) {
      const end = begin + trials[i]!;
      rates.push(await computeWith(request, candidate, { ...work, todo: work.todo.slice(begin, end) }));
      begin = end;
    }
    plan = plans[rates.indexOf(Math.max(...rates))]!;
    rememberPlan(store, key, plan);
  }
  const rest = work.todo.slice(begin);
  if (rest.length > 0) await computeWith(request, plan ?? plans[0]!, { ...work, todo: rest });
}

/** Returns images per second, without the time to load the model. */
async function computeWith(
  { runtime, backbone, cut, variant, store, signal }: ExtractFeatures,
  plan: Plan,
  { todo, onSkip, onBatch }: Work,
): Promise<number> {
  const sessions = Math.min(plan.sessions, Math.ceil(todo.length / plan.batch));
  await using lanes = await Lanes.open(runtime, backbone, cut, { ...plan, sessions });
  const start = performance.now();
  await runPipeline({
    items: todo,
    lanes: lanes.all,
    decoders: decodersBeside(plan),
    signal,
    onBatch,
    decode: async (image, stop) => {
      try {
        return await (variant ? variant.decode(image, stop) : decodeForBackbone(image.absolute, backbone.recipe, stop));
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
  #rows: { hash: string; bytes: Uint8Array }[] = [];

  constructor(store: Store, key: FeatureKey) {
    this.#store = store;
    this.#key = key;
  }

  add(hash: string, bytes: Uint8Array): void {
    if (this.#rows.push({ hash, bytes }) === GROUP) this.flush();
  }

  flush(): void {
    const rows = this.#rows;
    this.#rows = [];
    this.#store.putFeatures(this.#key, rows);
  }
}
