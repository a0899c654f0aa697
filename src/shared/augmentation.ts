/** Augmentations that a user can choose by name; what they do is in src/engine/augment. */

/** torchvision's names, in a usual order of application. */
export const AUGMENTATION_NAMES = [
  'RandomResizedCrop',
  'RandomHorizontalFlip',
  'RandomVerticalFlip',
  'RandomRotation',
  'RandomAffine',
  'ColorJitter',
  'RandomErasing',
  'TrivialAugmentWide',
] as const;

/** Names for usual sets, from hardly any change to strong. Each may stand wherever a name of an augmentation may. */
export const AUGMENTATION_PRESETS = {
  light: ['RandomResizedCrop:0.7-1', 'RandomHorizontalFlip'],
  standard: ['RandomResizedCrop', 'RandomHorizontalFlip', 'RandomRotation', 'ColorJitter'],
  strong: ['RandomResizedCrop:0.25-1', 'RandomHorizontalFlip', 'TrivialAugmentWide', 'RandomErasing'],
} as const satisfies Record<string, readonly string[]>;
