import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AUGMENTATION_NAMES } from '../../../src/shared/augmentation.ts';
import { parseAugmentations } from '../../../src/engine/augment/parse.ts';
import { mildAugmentation } from '../../../src/engine/augment/spec.ts';
import { DEFAULT_CONFIG, type TrainConfig } from '../../../src/shared/experiment.ts';
import { HEAD_PRESETS, parseHead } from '../../../src/shared/head.ts';
import { NUMBER_KEYS } from '../../../src/shared/trainRules.ts';
import {
  AUGMENTATION_WORDS,
  expanded,
  parameterOf,
  setOf,
  withAugmentation,
  withSet,
} from '../../../src/webview/train/augmentation.ts';
import {
  changedKeys,
  joinBoundary,
  problemsOf,
  restored,
  settled,
  splitBoundary,
  textOf,
  withText,
  type Draft,
} from '../../../src/webview/train/draft.ts';
import { FIELDS, fieldsOf, HEADS, SECTIONS } from '../../../src/webview/train/fields.ts';

const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'garden' };
const draft: Draft = { config, texts: {} };

describe('numbers while they are typed', () => {
  test('a number counts as soon as it is one, and what is written stays', () => {
    const half = withText(draft, 'dropout', '0.');
    assert.equal(half.config.dropout, 0);
    assert.equal(textOf(half, 'dropout'), '0.');
    const whole = withText(half, 'dropout', '0.50');
    assert.equal(whole.config.dropout, 0.5);
    assert.equal(textOf(settled(whole, 'dropout'), 'dropout'), '0.5');
  });

  test('what is no number is told, and keeps the last number', () => {
    for (const text of ['', 'x', '1,5', 'Infinity', 'NaN']) {
      const wrong = withText(withText(draft, 'batch', '64'), 'batch', text);
      assert.equal(wrong.config.batch, 64, text);
      assert.match(problemsOf(wrong).get('batch') ?? '', /whole number from 1/, text);
      assert.equal(textOf(settled(wrong, 'batch'), 'batch'), text);
    }
  });

  test('an empty field means something where it may be empty', () => {
    const l2 = withText(withText(draft, 'l2', '0.1'), 'l2', ' ');
    assert.equal(l2.config.l2, 'auto');
    const subset = withText(withText(draft, 'subset', '100'), 'subset', '');
    assert.ok(!('subset' in subset.config));
    assert.equal(problemsOf(subset).size + problemsOf(l2).size, 0);
    assert.equal(textOf(subset, 'subset'), '');
  });

  test('a change is marked and taken back, half written ones too', () => {
    const changed = withText(withText(draft, 'subset', '100'), 'batch', 'x');
    assert.deepEqual(changedKeys(changed.config, config), ['subset']);
    const back = restored(restored(changed, 'subset', config), 'batch', config);
    assert.deepEqual(back, draft);
    assert.deepEqual(changedKeys({ ...config, dataset: 'other' }, config), []);
  });
});

test('boundaries come apart and together', () => {
  for (const boundary of ['pool', 'last-conv', 'conv:3', 'percent:10', 'conv:', 'percent:x']) {
    const { kind, amount } = splitBoundary(boundary);
    assert.equal(joinBoundary(kind, amount), boundary);
  }
});

test('every setting has exactly one field, in a section that exists', () => {
  const keys = FIELDS.map(field => field.key).sort();
  const settings = [...Object.keys(DEFAULT_CONFIG), 'subset', 'threads'].sort();
  assert.deepEqual(keys, settings);
  for (const { section } of FIELDS) assert.ok(SECTIONS.some(s => s.id === section));
  for (const key of NUMBER_KEYS)
    assert.ok(
      FIELDS.some(field => field.key === key && (field.kind === 'number' || key === 'learningRate')),
      key,
    );
});

test('a hidden field comes into sight when it holds something wrong', () => {
  const shown = (problems: [keyof TrainConfig, string][]) =>
    fieldsOf('optimisation', config, new Map(problems)).map(field => field.key);
  assert.ok(!shown([]).includes('momentum'));
  assert.ok(shown([['momentum', 'Momentum is 2.']]).includes('momentum'));
});

test('all named heads are offered, with layers to start an own list from', () => {
  assert.deepEqual(HEADS.map(head => head.value).sort(), Object.keys(HEAD_PRESETS).sort());
  for (const { value, layers } of HEADS) {
    const named = parseHead(value);
    const own = parseHead(layers);
    const sizes = named.kind === 'dense' && named.layers.length > 0 ? named.layers : undefined;
    assert.deepEqual(own, { kind: 'dense', layers: sizes ?? layers.split('-').map(Number) }, value);
  }
});

describe('the list of augmentations', () => {
  test('is a set, an own list, or nothing', () => {
    assert.deepEqual([[], ['light'], ['light', 'ColorJitter'], ['RandomRotation:5']].map(setOf), [
      'none',
      'light',
      'own',
      'own',
    ]);
    assert.deepEqual(withSet(['RandomRotation'], 'strong'), ['strong']);
    assert.deepEqual(withSet(['strong'], 'none'), []);
    assert.deepEqual(withSet(['standard'], 'own'), expanded(['standard']));
    assert.ok(withSet([], 'own').length > 0);
  });

  test('gains, changes and loses members, which the engine understands', () => {
    let list = withSet(['standard'], 'own');
    list = withAugmentation(list, 'RandomRotation', '30');
    assert.equal(parameterOf(list, 'RandomRotation'), '30');
    assert.equal(parameterOf(list, 'ColorJitter'), '');
    assert.equal(parameterOf(list, 'RandomErasing'), undefined);
    list = withAugmentation(withAugmentation(list, 'RandomErasing', ''), 'ColorJitter', undefined);
    assert.deepEqual(list, ['RandomResizedCrop', 'RandomHorizontalFlip', 'RandomRotation:30', 'RandomErasing']);
    assert.equal(parseAugmentations(list).length, 4);
    const mixed = withAugmentation(['ColorJitter', 'randomrotation:5'], 'RandomAffine', '');
    assert.deepEqual(mixed, ['ColorJitter', 'randomrotation:5', 'RandomAffine']);
    assert.equal(parameterOf(mixed, 'RandomRotation'), '5');
  });

  test('says what an empty parameter means', () => {
    for (const name of AUGMENTATION_NAMES) {
      const { usual } = AUGMENTATION_WORDS[name];
      assert.deepEqual(parseAugmentations([`${name}:${usual}`]), [mildAugmentation(name)], name);
    }
  });
});
