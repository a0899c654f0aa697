import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUGMENTATION_PRESETS } from '../../../src/shared/augmentation.ts';
import { parseAugmentations } from '../../../src/engine/augment/parse.ts';
import {
  AUGMENTATION_NAMES,
  augmentationId,
  augmentationText,
  completeAugmentation,
  type Augmentation,
} from '../../../src/engine/augment/spec.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';

const invalid =
  (...parts: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof HeadwayError && error.code === 'invalid', String(error));
    for (const part of parts) assert.ok(error.message.includes(part), `"${error.message}" lacks "${part}"`);
    return true;
  };

test('omitted parameters are torchvision’s, names alone are milder', () => {
  assert.deepEqual(completeAugmentation({ name: 'RandomResizedCrop' }), {
    name: 'RandomResizedCrop',
    scale: [0.08, 1],
    ratio: [3 / 4, 4 / 3],
  });
  assert.deepEqual(completeAugmentation({ name: 'RandomErasing' }), {
    name: 'RandomErasing',
    p: 0.5,
    scale: [0.02, 0.33],
    ratio: [0.3, 3.3],
    value: 'mean',
  });
  const [crop, erasing] = parseAugmentations(['RandomResizedCrop', 'RandomErasing']);
  assert.ok(crop?.name === 'RandomResizedCrop' && crop.scale[0] === 0.5);
  assert.ok(erasing?.name === 'RandomErasing' && erasing.p === 0.25 && erasing.scale[1] === 0.2);
});

test('one number stands for the range torchvision makes of it', () => {
  const list: Augmentation[] = [
    { name: 'RandomRotation', degrees: 30 },
    { name: 'ColorJitter', brightness: 0.4, contrast: 1.5, hue: 0.1 },
  ];
  const [rotation, jitter] = list.map(completeAugmentation);
  assert.ok(rotation?.name === 'RandomRotation' && jitter?.name === 'ColorJitter');
  assert.deepEqual(rotation.degrees, [-30, 30]);
  assert.deepEqual(rotation.fill, 0);
  assert.deepEqual(jitter.brightness, [0.6, 1.4]);
  assert.deepEqual(jitter.contrast, [0, 2.5]);
  assert.deepEqual(jitter.saturation, [1, 1]);
  assert.deepEqual(jitter.hue, [-0.1, 0.1]);
});

test('names with parameters', () => {
  const one = (text: string): unknown => parseAugmentations([text])[0];
  const with_ = (text: string, expected: object): void => assert.partialDeepStrictEqual(one(text), expected);
  with_('RandomRotation:15', { name: 'RandomRotation', degrees: [-15, 15], interpolation: 'bilinear', fill: 0 });
  with_('RandomRotation:-10-30,fill=mean', { degrees: [-10, 30], fill: 'mean' });
  with_('RandomRotation:-30--10, fill = 124/116/104', { degrees: [-30, -10], fill: [124, 116, 104] });
  with_('randomresizedcrop:0.4-1', { name: 'RandomResizedCrop', scale: [0.4, 1] });
  with_('RandomResizedCrop:.4', { scale: [0.4, 1], ratio: [3 / 4, 4 / 3] });
  with_('RandomHorizontalFlip:0.3', { p: 0.3 });
  with_('ColorJitter:0.3', { brightness: [0.7, 1.3], saturation: [0.7, 1.3], contrast: [0.7, 1.3], hue: [0, 0] });
  with_('ColorJitter:hue=0.1', { brightness: [0.8, 1.2], hue: [-0.1, 0.1] });
  with_('RandomErasing:p=1,value=random', { p: 1, value: 'random' });
  with_('TrivialAugmentWide:10,interpolation=nearest', { num_magnitude_bins: 10, interpolation: 'nearest' });
  with_('RandomAffine:5,translate=0.1-0.2,scale=0.8-1,shear=3', {
    degrees: [-5, 5],
    translate: [0.1, 0.2],
    scale: [0.8, 1],
    shear: [-3, 3],
  });
});

test('presets and none are names; the crop comes first; texts can be read again', () => {
  assert.deepEqual(parseAugmentations(['none']), []);
  for (const [preset, names] of Object.entries(AUGMENTATION_PRESETS)) {
    const list = parseAugmentations([preset]);
    assert.deepEqual(list, parseAugmentations(names));
    assert.equal(list[0]?.name, 'RandomResizedCrop');
  }
  const list = parseAugmentations([...AUGMENTATION_NAMES].reverse());
  assert.deepEqual(list[0]?.name, 'RandomResizedCrop');
  assert.equal(list.length, AUGMENTATION_NAMES.length);
  assert.deepEqual(parseAugmentations(list.map(augmentationText)), list);
});

test('what is not allowed is said with what is', () => {
  const parse = (text: string) => () => parseAugmentations([text]);
  assert.throws(parse('Mixup'), invalid('"Mixup"', ...AUGMENTATION_NAMES, 'standard'));
  assert.throws(parse(''), invalid(...AUGMENTATION_NAMES));
  assert.throws(parse('RandomHorizontalFlip:2'), invalid('p of RandomHorizontalFlip is 2', '0 to 1'));
  assert.throws(parse('RandomRotation:lots'), invalid('degrees', 'lots'));
  assert.throws(parse('RandomRotation:30-10'), invalid('30-10'));
  assert.throws(parse('RandomRotation:'), invalid('degrees'));
  assert.throws(parse('RandomResizedCrop:0-1'), invalid('scale'));
  assert.throws(parse('ColorJitter:strength=3'), invalid('strength', 'brightness', 'hue'));
  assert.throws(parse('ColorJitter:0.1,0.2'), invalid('0.2', 'KEY=VALUE'));
  assert.throws(parse('ColorJitter:hue=0.6'), invalid('hue', '0.5'));
  assert.throws(parse('TrivialAugmentWide:3.5'), invalid('num_magnitude_bins'));
  assert.throws(parse('RandomRotation:5,fill=random'), invalid('fill', 'mean'));
  assert.throws(
    () => parseAugmentations(['light', 'RandomResizedCrop']),
    invalid('RandomResizedCrop is given more than once'),
  );
  const nan: Augmentation = { name: 'RandomHorizontalFlip', p: Number.NaN };
  assert.throws(() => completeAugmentation(nan), invalid('NaN'));
});

test('the identifier tells lists apart, and not what means the same', () => {
  const id = (...names: string[]): string => augmentationId(parseAugmentations(names));
  assert.equal(id(), 'none');
  assert.equal(
    id('RandomRotation:15', 'RandomResizedCrop:0.4-1'),
    'augment 1: RandomResizedCrop:scale=0.4-1,ratio=0.75-1.3333333333333333 RandomRotation:degrees=-15-15,interpolation=bilinear,fill=0',
  );
  assert.equal(augmentationId([{ name: 'RandomRotation', degrees: 15 }]), id('RandomRotation:-15-15'));
  const different = ['light', 'standard', 'strong', 'RandomRotation:15', 'RandomRotation:16', 'RandomVerticalFlip'];
  const ids = new Set([
    ...different.map(name => id(name)),
    id('ColorJitter', 'RandomRotation'),
    id('RandomRotation', 'ColorJitter'),
  ]);
  assert.equal(ids.size, different.length + 2);
});
