/** The files a finished run leaves in its folder. */
import { SPLITS } from '../../shared/dataset.ts';
import type { ExperimentFile, MetricsBySplit } from '../../shared/experiment.ts';
import type { Engine } from '../engine.ts';
import { reportSplit } from '../evaluate/metrics.ts';
import { writeDynamics } from '../experiments/dynamicsFile.ts';
import { writeMetrics } from '../experiments/metricsFile.ts';
import {
  predictionsOf,
  splitsPresent,
  writePredictions,
  type PredictionTable,
} from '../experiments/predictionsFile.ts';
import { buildModel, MODEL_INPUT, MODEL_OUTPUT } from '../export/model.ts';
import { modelCard } from '../export/modelCard.ts';
import { writePreprocessing } from '../export/preprocessing.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { experimentPath } from '../files/workspace.ts';
import { Predictor } from '../train/predictor.ts';
import type { TrainedHead } from '../train/training.ts';
import type { Prepared } from './prepare.ts';

/** Predicts every image with the final weights and writes predictions, metrics, the model and its card. */
export async function writeResults(
  engine: Engine,
  workspace: string,
  file: ExperimentFile,
  { dataset, backbone, cut, images, data }: Prepared,
  trained: TrainedHead,
): Promise<MetricsBySplit> {
  const classes = dataset.file.classes;
  const runtime = await engine.runtime();
  await using predictor = await Predictor.open(runtime, { graph: trained.graph, parameters: [] }, data);
  const table: PredictionTable = {
    paths: images.map(image => image.path),
    splits: images.map(image => image.split),
    labels: data.labels,
    probabilities: await predictAll(predictor, data, images.length, file.config.testTimeAugmentation),
    classes,
  };
  const metrics: MetricsBySplit = {};
  for (const split of SPLITS.filter(s => splitsPresent(table).includes(s)))
    metrics[split] = reportSplit(split, predictionsOf(table, split), classes).metrics;
  const at = (part: Parameters<typeof experimentPath>[2]) => experimentPath(workspace, file.id, part);
  await writeFileAtomic(at('model.onnx'), buildModel(backbone, cut, trained.graph));
  await writeFileAtomic(at('labels.txt'), `${classes.join('\n')}\n`);
  await writePreprocessing(at('preprocessing.json'), {
    schema: 1,
    input: MODEL_INPUT,
    output: MODEL_OUTPUT,
    recipe: backbone.recipe,
    classes,
  });
  await writeFileAtomic(at('README.md'), modelCard(file, metrics, backbone));
  await writePredictions(at('predictions.parquet'), table);
  if (trained.dynamics) await writeDynamics(workspace, file.id, table, trained.dynamics);
  // Last, because its presence says that the run has results.
  await writeMetrics(at('metrics.json'), metrics);
  return metrics;
}

/** Probabilities of every image; with test-time augmentation the mean over the image and its variants. */
async function predictAll(
  predictor: Predictor,
  data: Prepared['data'],
  count: number,
  augmented: boolean,
): Promise<Float32Array> {
  const images = Int32Array.from({ length: count }, (_, i) => i);
  const sum = await predictor.predict(data.features, images);
  const { variantsOf } = data;
  const variants = variantsOf?.(0).length ?? 0;
  if (!augmented || !variantsOf) return sum;
  for (let v = 0; v < variants; v++) {
    const more = await predictor.predict(
      data.features,
      images.map(image => variantsOf(image)[v]!),
    );
    more.forEach((p, i) => (sum[i] = sum[i]! + p));
  }
  return sum.map(p => p / (1 + variants));
}
