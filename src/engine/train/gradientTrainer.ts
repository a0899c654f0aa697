/** Trains by mini-batches of gradient descent: a dense head on cached features, or the backbone's last layers with it. */
import type { EpochRow, TrainConfig } from '../../shared/experiment.ts';
import { argmax } from '../evaluate/metrics.ts';
import type { OptimizerOptions } from '../graph/optimizers/optimizer.ts';
import { bakeParameters, type ParameterValues } from '../graph/parameters.ts';
import { parameterCount } from '../graph/trainable.ts';
import { buildTrainingStep, type TrainingStep } from '../graph/trainingStep.ts';
import { fillBatch } from './batch.ts';
import type { Checkpoint } from './checkpoint.ts';
import { collapseRemarks, noValidation } from './remarks.ts';
import { Dynamics } from './dynamics.ts';
import { balancedWeights, epochOrder } from './epochOrder.ts';
import { kernelServes } from './kernels/kernelParameters.ts';
import { Predictor, score } from './predictor.ts';
import { createRandom } from './random.ts';
import { gatherLabels } from './rows.ts';
import { Plateau, scheduleFactor } from './schedule.ts';
import { StepLoop } from './stepLoop.ts';
import { BACKBONE, groupRates, groupsIn, HEAD, type Trainable } from './trainable.ts';
import type { TrainedHead, TrainingData, TrainingOptions } from './training.ts';

export async function trainByGradient(
  trainable: Trainable,
  data: TrainingData,
  config: TrainConfig,
  /** `checkpointKey` goes into the checkpoints, so that only the same run resumes from them. */
  options: TrainingOptions & { checkpointKey: string },
): Promise<TrainedHead> {
  const { runtime, stop, resume } = options;
  const { dims, classes } = data;
  // Nothing else needs the cores while a head trains, and its operators are short: spinning threads pay.
  const session = { ...(config.threads !== undefined && { threads: config.threads }), spinning: true };
  await using predictor = await Predictor.open(runtime, trainable, { dims, classes }, session);
  const heldOut = data.validation.length > 0 ? data.validation : data.train;
  const heldOutLabels = gatherLabels(data.labels, heldOut);
  const batch = Math.min(config.batch, data.train.length);
  const stepsPerEpoch = Math.ceil(data.train.length / batch);
  const schedule = {
    name: config.schedule,
    totalSteps: config.epochs * stepsPerEpoch,
    warmupSteps: config.warmup * stepsPerEpoch,
  };
  const warmEpochs = trainable.parameters.some(p => p.group === BACKBONE)
    ? Math.min(config.headEpochs, config.epochs)
    : 0;
  const groupsOf = (epoch: number) => (epoch <= warmEpochs ? [HEAD] : [HEAD, BACKBONE]);

  const history: EpochRow[] = resume?.history ?? [];
  const dynamics = new Dynamics(data.labels, classes, resume?.dynamics);
  const plateau = new Plateau();
  if (resume) plateau.state = resume.plateau;
  let best = resume?.best ?? { loss: Infinity, accuracy: -1, epoch: 0, values: trainable.start };
  let loop: StepLoop | undefined;
  let values: ParameterValues = resume?.state ?? trainable.start;
  let steps = resume?.steps ?? 0;
  history.forEach(row => options.onEpoch(row, config.epochs));
  try {
    for (let epoch = history.length + 1; epoch <= config.epochs && !stop.aborted; epoch++) {
      await options.mayContinue?.();
      const begin = performance.now();
      const phase = groupsOf(epoch);
      if (!loop || epoch === warmEpochs + 1) {
        if (loop) {
          values = new Map(Array.from(loop.state, ([name, v]) => [name, v.slice()]));
          await loop[Symbol.asyncDispose]();
        }
        // The second phase begins with moments of its own.
        if (epoch === warmEpochs + 1) {
          steps = 0;
          values = new Map(
            trainable.parameters.map(({ name }) => [name, values.get(name) ?? trainable.start.get(name)!]),
          );
        }
        const open = withoutFrozen(trainable, phase, values);
        const step = buildStep(open, data, config, batch);
        loop = await StepLoop.open(runtime, step, { start: values, steps, groups: groupsIn(open) }, session);
      }
      const epochLoop = loop;
      const random = createRandom(config.seed, `dropout/${epoch}`);
      const rateAt = (step: number) =>
        config.learningRate * plateau.factor * scheduleFactor(schedule, (epoch - 1) * stepsPerEpoch + step);
      dynamics.beginEpoch();
      const training = await trainEpoch(epochLoop, data, config, epoch, dynamics, stop, step => {
        const rate = rateAt(step);
        return epochLoop.step(groupRates(epochLoop.groups, rate, config.backboneRate), random);
      });
      if (training === null) break;
      const current = new Map([...trainable.start, ...epochLoop.state]);
      const probabilities = await predictor.predict(data.features, heldOut, current);
      const held = score(probabilities, heldOutLabels, classes);
      if (data.validation.length > 0) heldOut.forEach((image, i) => dynamics.record(image, probabilities, i * classes));
      if (config.schedule === 'plateau') plateau.update(held.loss);
      const row: EpochRow = {
        epoch,
        trainLoss: training.loss,
        trainAccuracy: training.accuracy,
        validationLoss: held.loss,
        validationAccuracy: held.accuracy,
        learningRate: rateAt(0),
        seconds: (performance.now() - begin) / 1000,
      };
      history.push(row);
      options.onEpoch(row, config.epochs);
      if (isBetter(held, best, config))
        best = {
          ...held,
          epoch,
          values: new Map(trainable.parameters.map(({ name }) => [name, current.get(name)!.slice()])),
        };
      await options.onCheckpoint?.(
        checkpointOf(options.checkpointKey, epoch, epochLoop, current, best, history, dynamics, plateau),
      );
      if (config.patience > 0 && epoch > warmEpochs && epoch - Math.max(best.epoch, warmEpochs) >= config.patience)
        break;
    }
  } finally {
    await loop?.[Symbol.asyncDispose]();
  }
  return {
    graph: bakeParameters(trainable.graph, best.values),
    history,
    bestEpoch: best.epoch,
    parameters: parameterCount(trainable.parameters),
    remarks: [...noValidation(data), ...collapseRemarks(history, data, config)],
    dynamics,
  };
}

const isBetter = (
  held: { loss: number; accuracy: number },
  best: { loss: number; accuracy: number },
  { monitor, minDelta }: TrainConfig,
): boolean =>
  monitor === 'loss'
    ? held.loss < best.loss - minDelta
    : held.accuracy > best.accuracy || (held.accuracy === best.accuracy && held.loss < best.loss);

/** The trainable with the parameters of other groups as constants. */
function withoutFrozen(trainable: Trainable, groups: readonly string[], values: ParameterValues): Trainable {
  const frozen = trainable.parameters.filter(p => !groups.includes(p.group));
  if (frozen.length === 0) return trainable;
  const constants = new Map(frozen.map(({ name }) => [name, values.get(name)!]));
  return {
    ...trainable,
    graph: bakeParameters(trainable.graph, constants),
    parameters: trainable.parameters.filter(p => groups.includes(p.group)),
  };
}

export function buildStep(
  trainable: Pick<Trainable, 'graph' | 'parameters'>,
  data: TrainingData,
  config: TrainConfig,
  batch: number,
): TrainingStep {
  const optimizer = optimizerOptions(config);
  return buildTrainingStep({
    trainable: trainable.graph,
    parameters: trainable.parameters,
    loss: {
      l2: config.l2 === 'auto' ? 0 : config.l2,
      labelSmoothing: config.labelSmoothing,
      ...(config.classWeights === 'balanced' && { classWeights: balancedWeights(data) }),
    },
    optimizer,
    byCaller: kernelServes(trainable.parameters, optimizer),
    batch,
  });
}

function optimizerOptions({ optimizer, momentum, weightDecay, clipNorm }: TrainConfig): OptimizerOptions {
  const clip = clipNorm > 0 ? { clipNorm } : {};
  if (optimizer === 'sgd') return { kind: 'sgd', momentum, nesterov: momentum > 0, weightDecay, ...clip };
  return { kind: optimizer, weightDecay, ...clip };
}

/** Mean loss and accuracy over the epoch's batches, dropout included, as Keras shows them; null when it was stopped within. */
async function trainEpoch(
  loop: StepLoop,
  data: TrainingData,
  config: TrainConfig,
  epoch: number,
  dynamics: Dynamics,
  stop: AbortSignal,
  step: (index: number) => Promise<number>,
): Promise<{ loss: number; accuracy: number } | null> {
  const { labels, classes } = data;
  const order = epochOrder(data, config, epoch);
  const { images } = order;
  const batch = loop.weight.length;
  let loss = 0;
  let right = 0;
  for (let begin = 0, index = 0; begin < images.length; begin += batch, index++) {
    if (stop.aborted) return null;
    const count = fillBatch(loop, data, order, begin);
    loss += (await step(index)) * count;
    for (let i = 0; i < count; i++) {
      const image = images[begin + i]!;
      dynamics.record(image, loop.probabilities, i * classes);
      if (argmax(loop.probabilities, i, classes) === labels[image]!) right++;
    }
  }
  return { loss: loss / images.length, accuracy: right / images.length };
}

function checkpointOf(
  key: string,
  epoch: number,
  loop: StepLoop,
  current: ParameterValues,
  best: Checkpoint['best'],
  history: EpochRow[],
  dynamics: Dynamics,
  plateau: Plateau,
): Checkpoint {
  return {
    schema: 1,
    key,
    epoch,
    steps: loop.steps,
    state: current,
    best,
    history,
    dynamics: dynamics.state,
    plateau: plateau.state,
  };
}
