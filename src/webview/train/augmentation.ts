/** The choice of augmentations as the form shows it. Pure. */
import { AUGMENTATION_NAMES, AUGMENTATION_PRESETS } from '../../shared/augmentation.ts';

export type AugmentationName = (typeof AUGMENTATION_NAMES)[number];
export type AugmentationSet = 'none' | keyof typeof AUGMENTATION_PRESETS | 'own';

export interface AugmentationWords {
  /** What it does. */
  help: string;
  /** Its main parameter. */
  parameter: string;
  /** What an empty parameter means. */
  usual: string;
}

export const AUGMENTATION_WORDS: Record<AugmentationName, AugmentationWords> = {
  RandomResizedCrop: { help: 'A part of the picture, resized', parameter: 'share of the area', usual: '0.5-1' },
  RandomHorizontalFlip: { help: 'Left and right swapped', parameter: 'probability', usual: '0.5' },
  RandomVerticalFlip: { help: 'Top and bottom swapped', parameter: 'probability', usual: '0.5' },
  RandomRotation: { help: 'Turned', parameter: 'degrees', usual: '15' },
  RandomAffine: { help: 'Turned, shifted, scaled and sheared', parameter: 'degrees', usual: '10' },
  ColorJitter: { help: 'Brightness, contrast and saturation', parameter: 'strength', usual: '0.2' },
  RandomErasing: { help: 'A rectangle drawn over', parameter: 'probability', usual: '0.25' },
  TrivialAugmentWide: { help: 'One random operation of any strength', parameter: 'number of strengths', usual: '31' },
};

const isSet = (text: string): text is keyof typeof AUGMENTATION_PRESETS => Object.hasOwn(AUGMENTATION_PRESETS, text);

export function setOf(augment: readonly string[]): AugmentationSet {
  const [first] = augment;
  if (first === undefined) return 'none';
  return augment.length === 1 && isSet(first) ? first : 'own';
}

/** The list without names of sets. */
export const expanded = (augment: readonly string[]): string[] =>
  augment.flatMap(text => (isSet(text) ? [...AUGMENTATION_PRESETS[text]] : [text]));

/** The list after another set was chosen; an own list starts from what was chosen before. */
export function withSet(augment: readonly string[], set: AugmentationSet): string[] {
  if (set === 'none') return [];
  if (set !== 'own') return [set];
  return augment.length === 0 ? [...AUGMENTATION_PRESETS.light] : expanded(augment);
}

const nameIn = (text: string): string => text.split(':', 1)[0]!.trim();

const isNamed = (text: string, name: AugmentationName): boolean => nameIn(text).toLowerCase() === name.toLowerCase();

/** The parameter of an augmentation in the list, as text; undefined where it is not in the list. */
export function parameterOf(augment: readonly string[], name: AugmentationName): string | undefined {
  const text = augment.find(entry => isNamed(entry, name));
  return text?.slice(nameIn(text).length).replace(/^\s*:?/, '');
}

/** The list with an augmentation (`parameter` may be empty), or without it. New ones stand where torchvision's order has them. */
export function withAugmentation(
  augment: readonly string[],
  name: AugmentationName,
  parameter: string | undefined,
): string[] {
  const text = parameter === undefined || parameter === '' ? name : `${name}:${parameter}`;
  if (parameter === undefined) return augment.filter(entry => !isNamed(entry, name));
  if (augment.some(entry => isNamed(entry, name))) return augment.map(entry => (isNamed(entry, name) ? text : entry));
  const place = (entry: string) => AUGMENTATION_NAMES.findIndex(known => isNamed(entry, known));
  return augment.toSpliced(augment.findLastIndex(entry => place(entry) < place(name)) + 1, 0, text);
}
