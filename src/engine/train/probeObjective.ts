/** Loss and gradient of the linear probe over all training rows at once, and its minima along a path of penalties. */
import { HeadwayError } from '../../shared/errors.ts';
import type { TrainConfig } from '../../shared/experiment.ts';
import { buildHead } from '../graph/heads.ts';
import type { ParameterValues } from '../graph/parameters.ts';
import { buildTrainingStep } from '../graph/trainingStep.ts';
import type { Binding, Runtime, Session } from '../runtime/runtime.ts';
import { balancedWeights } from './epochOrder.ts';
import { minimize } from './lbfgs.ts';
import { gatherRows, oneHot } from './rows.ts';
import { standardisation, type Standardisation } from './standardisation.ts';
import type { TrainingData } from './training.ts';

/** scikit-learn's default `tol`, on the largest gradient entry of the mean loss. */
const TOLERANCE = 1e-4;
/** Of the gradient over the penalty, for probabilities within 0.001; float32 gives no smaller gradients than the second. */
const EXACT = 2e-5;
const SMALLEST = 5e-8;
const MAX_ITERATIONS = 500;
/** The loss comes as float32. */
const NOISE = 3e-7;

const WEIGHT = 'head/logits/weight';
const BIAS = 'head/logits/bias';

interface ProbeRows {
  /** [n, width] */
  features: Float32Array;
  labels: Int32Array;
  weights: Float32Array;
  classes: number;
}

/** All training rows, augmented variants included; the versions of an image share its weight. */
function probeRows(
  { features, labels, train, classes, variantsOf }: TrainingData,
  classWeights: readonly number[] | undefined,
): ProbeRows {
  const { dense, width } = features;
  if (!dense)
    throw new HeadwayError(
      'invalid',
      'A probe needs feature vectors: choose the pooling average, max or both, or a dense head.',
    );
  const images = [...train].flatMap(image => [image, ...(variantsOf?.(image) ?? []).map(() => image)]);
  const rows = Int32Array.from([...train].flatMap(image => [image, ...(variantsOf?.(image) ?? [])]));
  return {
    features: gatherRows(dense, width, rows),
    labels: Int32Array.from(images, image => labels[image]!),
    weights: Float32Array.from(
      images,
      image => (classWeights?.[labels[image]!] ?? 1) / (1 + (variantsOf?.(image).length ?? 0)),
    ),
    classes,
  };
}

/** Loss and gradient over all training rows, in the coordinates of standardised features; the matrix itself is not copied. */
export class ProbeObjective implements AsyncDisposable {
  readonly #session: Session;
  readonly #binding: Binding;
  readonly #scale: Standardisation;
  readonly #classes: number;
  readonly #weight: Float32Array;
  readonly #bias: Float32Array;
  readonly #loss = new Float32Array(1);
  readonly #weightGradient: Float32Array;
  readonly #biasGradient: Float32Array;

  private constructor(session: Session, rows: ProbeRows, width: number, logits: string, probabilities: string) {
    this.#session = session;
    const { classes } = rows;
    const n = rows.labels.length;
    this.#scale = standardisation(rows.features, width);
    this.#classes = classes;
    this.#weight = new Float32Array(classes * width);
    this.#bias = new Float32Array(classes);
    this.#weightGradient = new Float32Array(classes * width);
    this.#biasGradient = new Float32Array(classes);
    this.#binding = session
      .bind()
      .input('features', rows.features, [n, width])
      .input('target', oneHot(rows.labels, classes), [n, classes])
      .input('weight', rows.weights, [n])
      .input(WEIGHT, this.#weight, [classes, width])
      .input(BIAS, this.#bias, [classes])
      .output('loss', this.#loss, [])
      .output(logits, new Float32Array(n * classes), [n, classes])
      .output(probabilities, new Float32Array(n * classes), [n, classes])
      .output(`${WEIGHT}_gradient`, this.#weightGradient, [classes, width])
      .output(`${BIAS}_gradient`, this.#biasGradient, [classes]);
  }

  static async open(
    runtime: Runtime,
    data: TrainingData,
    config: Pick<TrainConfig, 'classWeights' | 'threads'>,
  ): Promise<ProbeObjective> {
    const { width } = data.features;
    const { threads } = config;
    const rows = probeRows(data, config.classWeights === 'balanced' ? balancedWeights(data) : undefined);
    const head = buildHead({ features: width, layers: [], classes: data.classes });
    const step = buildTrainingStep({
      trainable: head.graph,
      parameters: head.parameters,
      optimizer: { kind: 'gradients' },
      batch: rows.labels.length,
    });
    const session = await runtime.load(step.model(), { spinning: true, ...(threads !== undefined && { threads }) });
    return new ProbeObjective(session, rows, width, step.outputs.logits, step.outputs.probabilities);
  }

  /** All weights 0. */
  origin(): Float64Array {
    return new Float64Array(this.#classes * (this.#scale.mean.length + 1));
  }

  /** Weights for raw features: W/σ and b − W·(μ/σ). */
  values(point: Float64Array): ParameterValues {
    const { mean, deviation } = this.#scale;
    const width = mean.length;
    const weight = new Float32Array(this.#classes * width);
    const bias = new Float32Array(this.#classes);
    for (let k = 0; k < this.#classes; k++) {
      let shift = 0;
      for (let d = 0; d < width; d++) {
        const w = point[k * width + d]! / deviation[d]!;
        weight[k * width + d] = w;
        shift += w * mean[d]!;
      }
      bias[k] = point[this.#classes * width + k]! - shift;
    }
    return new Map([
      [WEIGHT, weight],
      [BIAS, bias],
    ]);
  }

  /** `point`: weights [classes, width] then biases [classes]. Adds ½·l2·‖W‖². */
  async evaluate(point: Float64Array, l2: number): Promise<{ value: number; gradient: Float64Array }> {
    const values = this.values(point);
    this.#weight.set(values.get(WEIGHT)!);
    this.#bias.set(values.get(BIAS)!);
    await this.#binding.run();
    const { mean, deviation } = this.#scale;
    const width = mean.length;
    const gradient = new Float64Array(point.length);
    let norm = 0;
    for (let k = 0; k < this.#classes; k++) {
      const db = this.#biasGradient[k]!;
      gradient[this.#classes * width + k] = db;
      for (let d = 0; d < width; d++) {
        const i = k * width + d;
        const w = point[i]!;
        norm += w * w;
        gradient[i] = (this.#weightGradient[i]! - mean[d]! * db) / deviation[d]! + l2 * w;
      }
    }
    return { value: this.#loss[0]! + (l2 / 2) * norm, gradient };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#binding[Symbol.asyncDispose]();
    await this.#session[Symbol.asyncDispose]();
  }
}

export interface ProbeFit {
  l2: number;
  /** Standardised coordinates, where a further fit may start. */
  point: Float64Array;
  /** Weights for raw features. */
  values: ParameterValues;
  iterations: number;
}

async function fit(
  objective: ProbeObjective,
  l2: number,
  from: Float64Array,
  tolerance: number,
  signal: AbortSignal | undefined,
): Promise<ProbeFit> {
  const { x, iterations } = await minimize(p => objective.evaluate(p, l2), from, {
    tolerance,
    maxIterations: MAX_ITERATIONS,
    noise: NOISE,
    ...(signal && { signal }),
  });
  return { l2, point: x, values: objective.values(x), iterations };
}

/**
 * The minimum for each penalty in turn to scikit-learn's default tolerance, each starting from the last one's: good enough to choose
 * among them. Ends early when `signal` is aborted.
 */
export async function* fitPath(
  objective: ProbeObjective,
  strengths: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<ProbeFit> {
  let point = objective.origin();
  for (const l2 of strengths) {
    if (signal?.aborted) return;
    const found = await fit(objective, l2, point, TOLERANCE, signal);
    point = found.point;
    yield found;
  }
}

/**
 * Goes on to the minimum itself. At the default tolerance probabilities are still 0.002 (strong penalties) to 0.2 (weak ones) away
 * from it; the distance is about the gradient over the penalty.
 */
export const polish = (objective: ProbeObjective, { l2, point }: ProbeFit, signal?: AbortSignal): Promise<ProbeFit> =>
  fit(objective, l2, point, Math.min(TOLERANCE, Math.max(SMALLEST, EXACT * l2)), signal);
