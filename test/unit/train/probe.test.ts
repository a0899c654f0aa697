import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { argmax } from '../../../src/engine/evaluate/metrics.ts';
import { DenseMatrix } from '../../../src/engine/features/matrix.ts';
import { DEFAULT_CONFIG, type TrainConfig } from '../../../src/shared/experiment.ts';
import { Predictor } from '../../../src/engine/train/predictor.ts';
import { trainProbe } from '../../../src/engine/train/probe.ts';
import type { TrainingData } from '../../../src/engine/train/training.ts';
import { blobs } from './blobs.ts';
import { openTestRuntime } from './runtime.ts';

const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'blobs', head: 'probe' };
const never = new AbortController().signal;

describe('trainProbe', () => {
  const recorded = JSON.parse(readFileSync(new URL('../../fixtures/probe/sklearn.json', import.meta.url), 'utf8')) as {
    probabilities: Record<string, number[]>;
  };
  const data = blobs({ seed: 7, classes: 4, width: 6, train: 160, validation: 80, spread: 1.5 });

  for (const [c, expected] of Object.entries(recorded.probabilities))
    it(`gives scikit-learn's probabilities within 1e-3 (C = ${c})`, async () => {
      await using runtime = openTestRuntime();
      const trained = await trainProbe(
        data,
        { ...config, l2: 1 / (Number(c) * data.train.length) },
        { runtime, stop: never, onEpoch: () => {} },
      );
      await using predictor = await Predictor.open(runtime, { graph: trained.graph, parameters: [] }, data);
      const probabilities = await predictor.predict(data.features, data.validation);
      assert.equal(probabilities.length, expected.length);
      expected.forEach((p, i) =>
        assert.ok(Math.abs(p - probabilities[i]!) < 1e-3, `row ${i}: ${probabilities[i]} instead of ${p}`),
      );
    });

  const fixture = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../fixtures/probe/${name}`, import.meta.url), 'utf8'));
  const photographs = fixture('produce.json') as { features: number[]; width: number; labels: number[]; train: number };
  const ofPhotographs = fixture('produceSklearn.json') as { probabilities: Record<string, number[]> };
  for (const [c, expected] of Object.entries(ofPhotographs.probabilities))
    it(`gives scikit-learn's probabilities and answers on features of photographs (C = ${c})`, async () => {
      await using runtime = openTestRuntime();
      const { features, width, labels, train } = photographs;
      const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
      const pictures: TrainingData = {
        features: new DenseMatrix(Float32Array.from(features), width),
        dims: [width],
        labels: Int32Array.from(labels),
        classes: 50,
        train: range(0, train),
        validation: range(train, labels.length),
      };
      const l2 = 1 / (Number(c) * train);
      const trained = await trainProbe(pictures, { ...config, l2 }, { runtime, stop: never, onEpoch: () => {} });
      await using predictor = await Predictor.open(runtime, { graph: trained.graph, parameters: [] }, pictures);
      const probabilities = await predictor.predict(pictures.features, pictures.validation);
      assert.equal(probabilities.length, expected.length);
      expected.forEach((p, i) =>
        assert.ok(Math.abs(p - probabilities[i]!) < 1e-3, `value ${i}: ${probabilities[i]} instead of ${p}`),
      );
      const answers = (p: Float32Array) => Array.from(pictures.validation, (_, i) => argmax(p, i, 50));
      assert.deepEqual(answers(probabilities), answers(Float32Array.from(expected)));
    });

  it('chooses the penalty with the lowest validation loss', async () => {
    await using runtime = openTestRuntime();
    const trained = await trainProbe(data, config, { runtime, stop: never, onEpoch: () => {} });
    const losses = trained.history.map(row => row.validationLoss);
    assert.equal(trained.history[trained.bestEpoch - 1]?.validationLoss, Math.min(...losses));
    assert.ok(losses.length >= 3);
  });

  it('does without validation images and says so', async () => {
    await using runtime = openTestRuntime();
    const trained = await trainProbe({ ...data, validation: new Int32Array(0) }, config, {
      runtime,
      stop: never,
      onEpoch: () => {},
    });
    assert.match(trained.remarks.join(), /no validation images/);
  });
});
