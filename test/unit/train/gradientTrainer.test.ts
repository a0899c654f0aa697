import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_CONFIG, type EpochRow, type TrainConfig } from '../../../src/shared/experiment.ts';
import { trainByGradient } from '../../../src/engine/train/gradientTrainer.ts';
import { Predictor, score } from '../../../src/engine/train/predictor.ts';
import { gatherLabels } from '../../../src/engine/train/rows.ts';
import { trainableHead } from '../../../src/engine/train/trainable.ts';
import { blobs } from './blobs.ts';
import { openTestRuntime } from './runtime.ts';

const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'blobs', head: '32-16', epochs: 40, learningRate: 0.01 };
const never = new AbortController().signal;

async function trainOnBlobs(
  change: Partial<TrainConfig>,
  options: { stop?: AbortSignal; onEpoch?: (row: EpochRow) => void; spread?: number } = {},
) {
  const data = blobs({ spread: options.spread ?? 0.5 });
  const full = { ...config, ...change };
  await using runtime = openTestRuntime();
  const trained = await trainByGradient(trainableHead(8, data.classes, full), data, full, {
    runtime,
    stop: options.stop ?? never,
    onEpoch: options.onEpoch ?? (() => {}),
    checkpointKey: 'test',
  });
  await using predictor = await Predictor.open(runtime, { graph: trained.graph, parameters: [] }, data);
  const held = await predictor.predict(data.features, data.validation);
  return { trained, held, score: score(held, gatherLabels(data.labels, data.validation), data.classes) };
}

describe('trainByGradient', () => {
  it('learns separable blobs', async () => {
    const { trained, score: held } = await trainOnBlobs({});
    assert.ok(held.accuracy > 0.9, `accuracy ${held.accuracy}`);
    assert.equal(trained.parameters, 8 * 32 + 32 + 32 * 16 + 16 + 16 * 3 + 3);
    assert.deepEqual(trained.remarks, []);
  });

  it('keeps the weights of the best epoch', async () => {
    const { trained, score: held } = await trainOnBlobs({ patience: 5, epochs: 60 }, { spread: 2.5 });
    const best = trained.history[trained.bestEpoch - 1]!;
    assert.ok(Math.abs(best.validationLoss - held.loss) < 1e-5, `${best.validationLoss} and ${held.loss}`);
    assert.equal(trained.history.length, trained.bestEpoch + 5, 'stops `patience` epochs after the best one');
  });

  it('gives the same weights for the same seed and others for another', async () => {
    const [a, b, c] = [
      await trainOnBlobs({ epochs: 3 }),
      await trainOnBlobs({ epochs: 3 }),
      await trainOnBlobs({ epochs: 3, seed: 2 }),
    ];
    assert.deepEqual(a.held, b.held);
    assert.notDeepEqual(a.held, c.held);
  });

  it('trains a head without hidden layers, with a batch larger than the data', async () => {
    const { score: held } = await trainOnBlobs({ head: 'none', batch: 512, epochs: 80, learningRate: 0.05 });
    assert.ok(held.accuracy > 0.85, `accuracy ${held.accuracy}`);
  });

  it('stops when asked and keeps what it has', async () => {
    const stop = new AbortController();
    const { trained } = await trainOnBlobs(
      { patience: 0 },
      {
        stop: stop.signal,
        onEpoch: row => {
          if (row.epoch === 4) stop.abort();
        },
      },
    );
    assert.equal(trained.history.length, 4);
    assert.ok(trained.bestEpoch >= 1 && trained.bestEpoch <= 4);
  });

  it('says when nothing was learned', async () => {
    const { trained } = await trainOnBlobs({ learningRate: 1e-9, epochs: 5 });
    assert.match(trained.remarks.join(), /stayed at chance/);
  });
});
