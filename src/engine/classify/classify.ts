/** Which classes a trained head (or the backbone itself) sees in pictures. */
import { readFile } from 'node:fs/promises';
import { CancelledError, HeadwayError, throwIfAborted } from '../../shared/errors.ts';
import type { Classification, ClassifyAnswer } from '../../shared/engineApi.ts';
import { DEFAULT_CONFIG, type ExperimentFile, type Progress } from '../../shared/experiment.ts';
import { getBackbone, imagenetClasses, readBackboneModel } from '../backbones/registry.ts';
import type { Engine } from '../engine.ts';
import { listExperiments, readExperiment, resolveExperimentId } from '../experiments/experimentFiles.ts';
import { isMissing } from '../files/atomic.ts';
import { experimentPath } from '../files/workspace.ts';
import { decodeForBackbone, type ImageRecipe } from '../images/decode.ts';
import { inspectImage, problemOf } from '../images/inspect.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { readPreprocessing } from '../export/preprocessing.ts';

const TOP = 5;

export interface ClassifyOptions {
  /** Absolute paths. */
  paths: readonly string[];
  /** An experiment's id or unique part of it, `imagenet` or `imagenet:BACKBONE`; absent: the latest experiment with a model, else `imagenet`. */
  experiment?: string;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

interface Classifier {
  by: ClassifyAnswer['by'];
  model: Uint8Array;
  input: string;
  output: string;
  recipe: ImageRecipe;
  labels: readonly string[];
}

/** One answer per path, in order; a picture that cannot be read has a `problem` instead of classes. Throws HeadwayError. */
export async function classifyImages(
  engine: Engine,
  workspace: string,
  options: ClassifyOptions,
): Promise<ClassifyAnswer> {
  const { paths, signal, onProgress } = options;
  const classifier = await chooseClassifier(engine, workspace, options.experiment);
  const predict = await openClassifier(await engine.runtime(), classifier);
  await using _session = predict;
  const images: Classification[] = [];
  for (const file of paths) {
    throwIfAborted(signal);
    images.push(await classifyOne(file, classifier, predict, signal));
    onProgress?.({ phase: 'evaluating', done: images.length, total: paths.length });
  }
  return { by: classifier.by, images };
}

async function classifyOne(
  file: string,
  { recipe, labels }: Classifier,
  predict: OpenClassifier,
  signal: AbortSignal | undefined,
): Promise<Classification> {
  let pixels: Uint8Array;
  try {
    const bytes = await readFile(file);
    const facts = await inspectImage(bytes);
    if (facts.problem !== undefined) return { path: file, top: [], problem: facts.message };
    pixels = await decodeForBackbone(bytes, recipe, signal);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return { path: file, top: [], problem: isMissing(error) ? 'there is no such file' : problemOf(error).message };
  }
  const logits = await predict.run(pixels, signal);
  const probabilities = softmax(logits);
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
  return { path: file, top: order.slice(0, TOP).map(k => ({ label: labels[k]!, p: probabilities[k]! })) };
}

/** The newest finished experiment with a model that can be read; `imagenet` when there is none. */
async function chooseClassifier(engine: Engine, workspace: string, wanted: string | undefined): Promise<Classifier> {
  const backbone = /^imagenet(?::(.+))?$/.exec(wanted ?? '');
  if (backbone) return imagenetClassifier(engine, backbone[1]);
  if (wanted !== undefined)
    return experimentClassifier(
      workspace,
      await readExperiment(workspace, await resolveExperimentId(workspace, wanted)),
    );
  const { experiments } = await listExperiments(workspace);
  const good = experiments.find(
    e => (e.file.status === 'done' || e.file.status === 'stopped') && Object.keys(e.metrics).length > 0,
  );
  return good ? experimentClassifier(workspace, good.file) : imagenetClassifier(engine);
}

async function experimentClassifier(workspace: string, file: ExperimentFile): Promise<Classifier> {
  const model = experimentPath(workspace, file.id, 'model.onnx');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(model);
  } catch (error) {
    throw new HeadwayError(
      'not-found',
      `Experiment "${file.name}" has no model yet; choose another one or train it to the end.`,
      { cause: error },
    );
  }
  const { input, output, recipe, classes } = await readPreprocessing(
    experimentPath(workspace, file.id, 'preprocessing.json'),
  );
  return {
    by: { kind: 'experiment', id: file.id, name: file.name, dataset: file.config.dataset, classes: classes.length },
    model: bytes,
    input,
    output,
    recipe,
    labels: classes,
  };
}

/** The backbone's own classes: what it says of the user's pictures also tells whether their pixels are prepared as it wants them. */
async function imagenetClassifier(engine: Engine, name = DEFAULT_CONFIG.backbone): Promise<Classifier> {
  const backbone = await getBackbone(name, { directory: engine.cacheDirectory });
  const { logits, classes } = backbone;
  if (logits === undefined || classes === undefined)
    throw new HeadwayError('invalid', `Backbone "${name}" came without its classifier; train a head on it.`);
  return {
    by: { kind: 'imagenet', backbone: backbone.name },
    model: await readBackboneModel(backbone),
    input: backbone.input.name,
    output: logits,
    recipe: backbone.recipe,
    labels: await classNames(classes),
  };
}

/** TensorFlow's networks have a class 0 for the background before ImageNet's thousand; of others only the number is known. */
async function classNames(classes: number): Promise<string[]> {
  if (classes === 1000) return imagenetClasses();
  if (classes === 1001) return ['background', ...(await imagenetClasses())];
  return Array.from({ length: classes }, (_, k) => `class ${k}`);
}

interface OpenClassifier extends AsyncDisposable {
  /** Logits of one picture. */
  run(pixels: Uint8Array, signal?: AbortSignal): Promise<Float32Array>;
}

async function openClassifier(
  runtime: Runtime,
  { model, input, output, recipe, labels }: Classifier,
): Promise<OpenClassifier> {
  const session = await runtime.load(model);
  const pixels = new Uint8Array(recipe.crop * recipe.crop * 3);
  const logits = new Float32Array(labels.length);
  const binding = session
    .bind()
    .input(input, pixels, [1, recipe.crop, recipe.crop, 3])
    .output(output, logits, [1, labels.length]);
  return {
    run: async (image, signal) => {
      pixels.set(image);
      await binding.run(signal);
      return logits;
    },
    [Symbol.asyncDispose]: async () => {
      await binding[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

function softmax(logits: Float32Array): Float32Array {
  const max = logits.reduce((a, b) => Math.max(a, b));
  const exp = logits.map(v => Math.exp(v - max));
  const sum = exp.reduce((a, b) => a + b);
  return exp.map(v => v / sum);
}
