/**
 * Linear probe: multinomial logistic regression on standardised features by L-BFGS, as scikit-learn's
 * `make_pipeline(StandardScaler(), LogisticRegression(C))`: mean cross-entropy + ‖W‖² / (2·C·n), biases not penalised.
 */
import type { EpochRow } from '../../shared/experiment.ts';
import { buildHead } from '../graph/heads.ts';
import { bakeParameters } from '../graph/parameters.ts';
import { Predictor, score } from './predictor.ts';
import { fitPath, polish, ProbeObjective, type ProbeFit } from './probeObjective.ts';
import { noValidation } from './remarks.ts';
import { gatherLabels } from './rows.ts';
import type { Trainer } from './training.ts';

/** Inverse strengths tried, from strong to weak regularisation, each starting from the last one's solution. */
const C_GRID = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** Without validation images nothing can choose; a middling strength. */
const C_FALLBACK = 0.01;
export const trainProbe: Trainer = async (data, config, { runtime, stop, onEpoch }) => {
  const { width } = data.features;
  const { classes } = data;
  const head = buildHead({ features: width, layers: [], classes });
  await using objective = await ProbeObjective.open(runtime, data, config);
  await using predictor = await Predictor.open(runtime, head, { dims: [width], classes });
  const validationLabels = gatherLabels(data.labels, data.validation);
  const trainLabels = gatherLabels(data.labels, data.train);
  const n = data.train.length;
  const grid = validationLabels.length > 0 ? C_GRID : [C_FALLBACK];
  const strengths = config.l2 === 'auto' ? grid.map(c => 1 / (c * n)) : [Math.max(config.l2, 1e-12)];
  const history: EpochRow[] = [];
  let best: { loss: number; epoch: number; fit?: ProbeFit } = { loss: Infinity, epoch: 0 };
  let begin = performance.now();
  for await (const fit of fitPath(objective, strengths, stop)) {
    const { l2, values } = fit;
    const train = score(await predictor.predict(data.features, data.train, values), trainLabels, classes);
    const held =
      validationLabels.length > 0
        ? score(await predictor.predict(data.features, data.validation, values), validationLabels, classes)
        : train;
    const row: EpochRow = {
      epoch: history.length + 1,
      trainLoss: train.loss,
      trainAccuracy: train.accuracy,
      validationLoss: held.loss,
      validationAccuracy: held.accuracy,
      learningRate: 0,
      l2,
      seconds: (performance.now() - begin) / 1000,
    };
    history.push(row);
    onEpoch(row, strengths.length);
    if (held.loss < best.loss) best = { loss: held.loss, epoch: row.epoch, fit };
    // The loss is unimodal along the path: once it has risen twice in a row, weaker penalties only fit the training images.
    if (row.epoch - best.epoch >= 2) break;
    begin = performance.now();
  }
  const { values } = best.fit
    ? await polish(objective, best.fit, stop)
    : { values: objective.values(objective.origin()) };
  return {
    graph: bakeParameters(head.graph, values),
    history,
    bestEpoch: best.epoch,
    parameters: classes * (width + 1),
    remarks: noValidation(data),
  };
};
