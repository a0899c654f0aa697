import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUGMENTATION_NAMES as ENGINE_NAMES } from '../../../src/engine/augment/spec.ts';
import { checkConfig } from '../../../src/engine/train/config.ts';
import { AUGMENTATION_NAMES } from '../../../src/shared/augmentation.ts';
import { DEFAULT_CONFIG, type TrainConfig } from '../../../src/shared/experiment.ts';
import { experimentName } from '../../../src/shared/experimentName.ts';
import { configProblems, LIMITS, NUMBER_KEYS, type Limits } from '../../../src/shared/trainRules.ts';

const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'garden' };
const keys = (change: Partial<TrainConfig>) => configProblems({ ...config, ...change }).map(p => p.key);

test('the defaults are allowed', () => assert.deepEqual(configProblems(config), []));

test('every number is held to its limits, at its own setting, and the engine says the same first sentence', () => {
  for (const key of NUMBER_KEYS) {
    const { low, high, whole }: Limits = LIMITS[key];
    const roomy = { epochs: 100_000 };
    assert.deepEqual(keys({ ...roomy, [key]: low }), [], key);
    assert.deepEqual(keys({ ...roomy, [key]: high }), [], key);
    for (const bad of [low - 1, high * 2 + 1, NaN, ...(whole ? [low + 0.5] : [])]) {
      const changed = { ...config, ...roomy, [key]: bad };
      assert.ok(
        configProblems(changed).some(p => p.key === key),
        `${key} ${bad}`,
      );
      const [first] = configProblems(changed);
      assert.throws(() => checkConfig(changed), { code: 'invalid', message: first!.message });
    }
  }
});

test('the warm-up is no longer than the run', () => {
  assert.deepEqual(keys({ epochs: 5, warmup: 6 }), ['warmup']);
  assert.deepEqual(keys({ epochs: 5, warmup: 5 }), []);
});

test('heads, boundaries and their combinations', () => {
  assert.deepEqual(keys({ head: '512,64' }), ['head']);
  assert.deepEqual(keys({ head: 'probe', pooling: 'flatten' }), ['pooling']);
  assert.deepEqual(keys({ head: 'probe', boundary: 'last-conv' }), ['boundary']);
  for (const good of ['pool', 'last-conv', 'conv:1', 'conv:12', 'percent:10', 'percent:0.5', 'percent:100'])
    assert.deepEqual(keys({ boundary: good }), [], good);
  for (const bad of ['', 'conv:0', 'conv:', 'conv:1.5', 'percent:0', 'percent:101', 'percent:', 'percent:x', 'Pool'])
    assert.deepEqual(keys({ boundary: bad }), ['boundary'], bad);
});

test('the names of augmentations are the engine’s', () =>
  assert.deepEqual([...AUGMENTATION_NAMES].sort(), [...ENGINE_NAMES].sort()));

test('an experiment’s name tells what is trained, on what', () => {
  assert.equal(experimentName(config), '512-64 on garden');
  assert.equal(experimentName({ ...config, boundary: 'conv:3', subset: 500 }), '512-64 + conv:3 on garden, 500 images');
});
