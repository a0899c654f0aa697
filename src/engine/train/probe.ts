/**
 * Linear probe: multinomial logistic regression on standardised features by L-BFGS, as scikit-learn's
 * `make_pipeline(StandardScaler(), LogisticRegression(C))`: mean cross-entropy + ‖W‖² / (2·C·n), biases not penalised.
 */
import { HeadwayError } from '../../shared/errors.ts';
import type { EpochRow, TrainConfig } from '../../shared/experiment.ts';
import { buildHead } from '../graph/heads.ts';
import { bakeParameters, type ParameterValues } from '../graph/parameters.ts';
import { buildTrainingStep } from '../graph/trainingStep.ts';
import type { Binding, Runtime, Session } from '../runtime/runtime.ts';
import { balancedWeights } from './epochOrder.ts';
import { minimize } from './lbfgs.ts';
import { Predictor, score } from './predictor.ts';
import { noValidation } from './remarks.ts';
import { gatherLabels, gatherRows, oneHot } from './rows.ts';
import { standardisation, type Standardisation } from './standardisation.ts';
import type { Trainer, TrainingData } from './training.ts';

/** Inverse strengths tried, from strong to weak regularisation, each starting from the last one's solution. */
const C_GRID = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** Without validation images nothing can choose; a middling strength. */
const C_FALLBACK = 0.01;
/** scikit-learn's default `tol`, on the largest gradient entry of the mean loss. */
const TOLERANCE = 1e-4;
const MAX_ITERATIONS = 300;
/** The loss comes as float32. */
const NOISE = 3e-7;

const WEIGHT = 'head/logits/weight';
const BIAS = 'head/logits/bias';

export const trainProbe: Trainer = async (data, config, { runtime, stop, onEpoch }) => {
  const { width } = data.features;
  const { classes } = data;
  const head = buildHead({ features: width, layers: [], classes });
  await using objective = await Objective.open(runtime, data, balancedOrNot(data, config), config.threads);
  await using predictor = await Predictor.open(runtime, head, { dims: [width], classes });
  const validationLabels = gatherLabels(data.labels, data.validation);
  const trainLabels = gatherLabels(data.labels, data.train);
  const n = data.train.length;
  const grid =
    config.l2 === 'auto'
      ? validationLabels.length > 0
        ? C_GRID
        : [C_FALLBACK]
      : [1 / (Math.max(config.l2, 1e-12) * n)];
  const history: EpochRow[] = [];
  let point: Float64Array = new Float64Array(classes * (width + 1));
  let best: { loss: number; epoch: number; values: ParameterValues } = {
    loss: Infinity,
    epoch: 0,
    values: objective.values(point),
  };
  for (const [i, c] of grid.entries()) {
    if (stop.aborted) break;
    const begin = performance.now();
    const l2 = 1 / (c * n);
    const solution = await minimize(x => objective.evaluate(x, l2), point, {
      tolerance: TOLERANCE,
      maxIterations: MAX_ITERATIONS,
      noise: NOISE,
      signal: stop,
    });
    point = solution.x;
    const values = objective.values(point);
    const train = score(await predictor.predict(data.features, data.train, values), trainLabels, classes);
    const held =
      validationLabels.length > 0
        ? score(await predictor.predict(data.features, data.validation, values), validationLabels, classes)
        : train;
    const row: EpochRow = {
      epoch: i + 1,
      trainLoss: train.loss,
      trainAccuracy: train.accuracy,
      validationLoss: held.loss,
      validationAccuracy: held.accuracy,
      learningRate: 0,
      l2,
      seconds: (performance.now() - begin) / 1000,
    };
    history.push(row);
    onEpoch(row, grid.length);
    if (held.loss < best.loss) best = { loss: held.loss, epoch: row.epoch, values };
    // The loss is unimodal along the path: once it has risen twice in a row, weaker penalties only fit the training images.
    if (row.epoch - best.epoch >= 2) break;
  }
  return {
    graph: bakeParameters(head.graph, best.values),
    history,
    bestEpoch: best.epoch,
    parameters: classes * (width + 1),
    remarks: noValidation(data),
  };
};

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
  classWeights: readonly number[],
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
      image => classWeights[labels[image]!]! / (1 + (variantsOf?.(image).length ?? 0)),
    ),
    classes,
  };
}

const balancedOrNot = (data: TrainingData, config: TrainConfig): number[] =>
  config.classWeights === 'balanced' ? balancedWeights(data) : new Array<number>(data.classes).fill(1);

/** Loss and gradient over all training rows, in the coordinates of standardised features; the matrix itself is not copied. */
class Objective implements AsyncDisposable {
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
    classWeights: readonly number[],
    threads: number | undefined,
  ): Promise<Objective> {
    const { width } = data.features;
    const rows = probeRows(data, classWeights);
    const head = buildHead({ features: width, layers: [], classes: data.classes });
    const step = buildTrainingStep({
      trainable: head.graph,
      parameters: head.parameters,
      optimizer: { kind: 'gradients' },
      batch: rows.labels.length,
    });
    const session = await runtime.load(step.model(), { spinning: true, ...(threads !== undefined && { threads }) });
    return new Objective(session, rows, width, step.outputs.logits, step.outputs.probabilities);
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
