/** Trains a dense head on cached features: mini-batches, Adam, early stopping with the best weights kept. */
import type { EpochRow } from '../../shared/experiment.ts';
import { argmax } from '../evaluate/metrics.ts';
import { buildHead } from '../graph/heads.ts';
import { bakeParameters, initialise, type ParameterValues } from '../graph/parameters.ts';
import { buildTrainingStep } from '../graph/trainingStep.ts';
import { parseHead } from './headSpec.ts';
import { Predictor, score } from './predictor.ts';
import { createRandom } from './random.ts';
import { gatherLabels, gatherRows } from './rows.ts';
import { StepLoop } from './stepLoop.ts';
import type { Trainer, TrainingData } from './training.ts';

export const trainDenseHead: Trainer = async (data, config, { runtime, stop, onEpoch }) => {
  const spec = parseHead(config.head);
  const { width, classes } = data;
  const head = buildHead({
    features: width,
    layers: spec.kind === 'dense' ? spec.layers : [],
    classes,
    dropout: config.dropout,
  });
  const batch = Math.min(config.batch, data.train.length);
  const step = buildTrainingStep({
    trainable: head.graph,
    parameters: head.parameters,
    loss: { l2: config.l2 === 'auto' ? 0 : config.l2 },
    optimizer: { kind: 'adam' },
    batch,
  });
  const start = initialise(head.parameters, config.seed);
  const threads = config.threads === undefined ? {} : { threads: config.threads };
  // Nothing else needs the cores while a head trains, and its operators are short: spinning threads pay.
  const options = { ...threads, spinning: true };
  await using loop = await StepLoop.open(runtime, step, start, options);
  await using predictor = await Predictor.open(runtime, head, width, classes, options);
  // Without validation images the training rows have to say when to stop.
  const heldOut = data.validation.length > 0 ? data.validation : data.train;
  const validation = gatherRows(data.features, width, heldOut);
  const validationLabels = gatherLabels(data.labels, heldOut);

  const order = data.train.slice();
  const shuffling = createRandom(config.seed, 'order');
  const dropping = createRandom(config.seed, 'dropout');
  const history: EpochRow[] = [];
  let best: { loss: number; epoch: number; values: ParameterValues } = { loss: Infinity, epoch: 0, values: start };
  for (let epoch = 1; epoch <= config.epochs && !stop.aborted; epoch++) {
    const begin = performance.now();
    const training = await trainEpoch(
      loop,
      data,
      shuffling.shuffle(order),
      () => loop.step(config.learningRate, dropping),
      stop,
    );
    if (training === null) break;
    const held = score(await predictor.predict(validation, loop.parameters), validationLabels, classes);
    const row: EpochRow = {
      epoch,
      trainLoss: training.loss,
      trainAccuracy: training.accuracy,
      validationLoss: held.loss,
      validationAccuracy: held.accuracy,
      learningRate: config.learningRate,
      seconds: (performance.now() - begin) / 1000,
    };
    history.push(row);
    onEpoch(row, config.epochs);
    if (held.loss < best.loss - config.minDelta)
      best = { loss: held.loss, epoch, values: new Map(Array.from(loop.parameters, ([name, v]) => [name, v.slice()])) };
    if (config.patience > 0 && epoch - best.epoch >= config.patience) break;
  }
  return {
    graph: bakeParameters(head.graph, best.values),
    history,
    bestEpoch: best.epoch,
    parameters: head.parameters.reduce((sum, p) => sum + p.dims.reduce((a, b) => a * b, 1), 0),
    remarks: [...noValidation(data), ...collapsed(history, data)],
  };
};

/** Mean loss and accuracy over the epoch's batches, dropout included, as Keras shows them; null when it was stopped within. */
async function trainEpoch(
  loop: StepLoop,
  { features, width, labels, classes }: TrainingData,
  order: Int32Array,
  step: () => Promise<number>,
  stop: AbortSignal,
): Promise<{ loss: number; accuracy: number } | null> {
  const batch = loop.weight.length;
  let loss = 0;
  let right = 0;
  for (let begin = 0; begin < order.length; begin += batch) {
    if (stop.aborted) return null;
    const count = Math.min(batch, order.length - begin);
    loop.target.fill(0);
    for (let i = 0; i < batch; i++) {
      // The last batch is filled up with images of weight 0.
      const row = order[begin + (i % count)]!;
      loop.features.set(features.subarray(row * width, (row + 1) * width), i * width);
      loop.target[i * classes + labels[row]!] = 1;
      loop.weight[i] = i < count ? 1 : 0;
    }
    loss += (await step()) * count;
    for (let i = 0; i < count; i++) if (argmax(loop.probabilities, i, classes) === labels[order[begin + i]!]!) right++;
  }
  return { loss: loss / order.length, accuracy: right / order.length };
}

export const noValidation = (data: TrainingData): string[] =>
  data.validation.length > 0
    ? []
    : [
        'There are no validation images, so early stopping looked at the training images; treat the result with caution.',
      ];

/** A run whose training accuracy never left chance has learned nothing; the talk's "MSimpler, no BN" is the known case. */
function collapsed(history: readonly EpochRow[], { labels, train, classes }: TrainingData): string[] {
  if (history.length < 3) return [];
  const counts = new Array<number>(classes).fill(0);
  for (const row of train) counts[labels[row]!] = counts[labels[row]!]! + 1;
  const chance = Math.max(...counts) / train.length;
  const reached = Math.max(...history.map(row => row.trainAccuracy));
  return reached > chance * 1.1 + 0.02
    ? []
    : ['Training stayed at chance: try a lower learning rate, less dropout, or a wider head.'];
}
