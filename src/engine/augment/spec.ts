import { HeadwayError } from '../../shared/errors.ts';
import type { Interpolation } from './geometry.ts';
import { bothShares, colourOr, interpolation, numberFrom, rangeWithin, wholeFrom, type Kind } from './kinds.ts';
import type { Range } from './ranges.ts';
import type { Colour } from './raster.ts';

/** What lies outside a turned picture: a grey level, a colour, or the picture's mean colour. */
export type Fill = number | Colour | 'mean';

/** What is drawn over an erased part: see RandomErasing. */
export type EraseValue = number | Colour | 'mean' | 'random';

/** A random change of a picture with all its parameters, which have torchvision v2's names and meaning. */
export type CompleteAugmentation =
  /** A part of the picture resized to the backbone's input. `scale` is its share of the area, `ratio` its width / height. */
  | { readonly name: 'RandomResizedCrop'; readonly scale: Range; readonly ratio: Range }
  | { readonly name: 'RandomHorizontalFlip'; readonly p: number }
  | { readonly name: 'RandomVerticalFlip'; readonly p: number }
  | {
      readonly name: 'RandomRotation';
      /** Counter-clockwise. */
      readonly degrees: Range;
      readonly interpolation: Interpolation;
      readonly fill: Fill;
    }
  | {
      readonly name: 'RandomAffine';
      readonly degrees: Range;
      /** Largest shift along x and y as a share of width and height. */
      readonly translate: Range;
      readonly scale: Range;
      /** Along x, degrees. */
      readonly shear: Range;
      readonly interpolation: Interpolation;
      readonly fill: Fill;
    }
  /** Factors (1 changes nothing) in random order; `hue` is a share of the colour circle. */
  | {
      readonly name: 'ColorJitter';
      readonly brightness: Range;
      readonly contrast: Range;
      readonly saturation: Range;
      readonly hue: Range;
    }
  /**
   * A rectangle is drawn over. torchvision erases normalised pixels, where its value 0 is ImageNet's mean colour and `random` a standard
   * normal; here pixels are 0 to 255, so that these are the value `mean` (the default) and noise about that mean with its deviation.
   */
  | {
      readonly name: 'RandomErasing';
      readonly p: number;
      readonly scale: Range;
      readonly ratio: Range;
      readonly value: EraseValue;
    }
  | {
      readonly name: 'TrivialAugmentWide';
      readonly num_magnitude_bins: number;
      readonly interpolation: Interpolation;
      readonly fill: Fill;
    };

export type AugmentationName = CompleteAugmentation['name'];

type Loose<T> = T extends Range ? Range | number : T;
/** An omitted parameter has torchvision's default, one number stands for a range as in torchvision (`degrees: 15` is [-15, 15]). */
export type Augmentation<A = CompleteAugmentation> = A extends { name: AugmentationName }
  ? { readonly name: A['name'] } & { readonly [P in Exclude<keyof A, 'name'>]?: Loose<A[P]> }
  : never;

interface Parameter<T> {
  kind: Kind<T>;
  /** torchvision's default. Where it has none (degrees), and for its interpolation (nearest), this is our choice. */
  standard: T;
  /** For a name without parameters: milder, because features of a frozen backbone cannot adapt to strong changes. */
  mild: T;
}

type Table = {
  [A in CompleteAugmentation as A['name']]: { [P in Exclude<keyof A, 'name'>]: Parameter<A[P]> };
};

const parameter = <T>(kind: Kind<T>, standard: T, mild = standard): Parameter<T> => ({ kind, standard, mild });

const around = (centre: number, value: number): Range => [centre - value, centre + value];
const chance = numberFrom(0, 1);
const share = rangeWithin(0.001, 1, '0.5-1', low => [low, 1]);
const erasedShare = rangeWithin(0.001, 1, '0.02-0.2');
const shape = rangeWithin(0.05, 20, '0.75-1.33');
const degrees = rangeWithin(-360, 360, '15 or -10-30', value => around(0, value));
const shear = rangeWithin(-80, 80, '5 or -5-10', value => around(0, value));
const factor = rangeWithin(0, 10, '0.2 or 0.8-1.2', value => [Math.max(0, 1 - value), 1 + value]);
const hue = rangeWithin(-0.5, 0.5, '0.05', value => around(0, value));
const zoom = rangeWithin(0.1, 10, '0.9-1.1');
const fill = colourOr('mean');

/** All parameters; the first of each is the one that may be given without its name. */
const PARAMETERS: Table = {
  RandomResizedCrop: {
    scale: parameter(share, [0.08, 1], [0.5, 1]),
    ratio: parameter(shape, [3 / 4, 4 / 3]),
  },
  RandomHorizontalFlip: { p: parameter(chance, 0.5) },
  RandomVerticalFlip: { p: parameter(chance, 0.5) },
  RandomRotation: {
    degrees: parameter(degrees, [-15, 15]),
    interpolation: parameter(interpolation, 'bilinear'),
    fill: parameter<Fill>(fill, 0),
  },
  RandomAffine: {
    degrees: parameter(degrees, [-15, 15], [-10, 10]),
    translate: parameter(bothShares, [0, 0], [0.1, 0.1]),
    scale: parameter(zoom, [1, 1], [0.9, 1.1]),
    shear: parameter(shear, [0, 0], [-5, 5]),
    interpolation: parameter(interpolation, 'bilinear'),
    fill: parameter<Fill>(fill, 0),
  },
  ColorJitter: {
    brightness: parameter(factor, [1, 1], [0.8, 1.2]),
    contrast: parameter(factor, [1, 1], [0.8, 1.2]),
    saturation: parameter(factor, [1, 1], [0.8, 1.2]),
    // Not changed unless asked for: a turned hue is what most often makes another class.
    hue: parameter(hue, [0, 0]),
  },
  RandomErasing: {
    p: parameter(chance, 0.5, 0.25),
    scale: parameter(erasedShare, [0.02, 0.33], [0.02, 0.2]),
    ratio: parameter(shape, [0.3, 3.3]),
    value: parameter<EraseValue>(colourOr('mean', 'random'), 'mean'),
  },
  TrivialAugmentWide: {
    num_magnitude_bins: parameter(wholeFrom(2, 1000), 31),
    interpolation: parameter(interpolation, 'bilinear'),
    fill: parameter<Fill>(fill, 0),
  },
};

export const AUGMENTATION_NAMES = Object.keys(PARAMETERS) as AugmentationName[];

/** The parameters' names, the one that may be given without its name first. */
export function parameterNames(name: AugmentationName): string[] {
  return Object.keys(PARAMETERS[name]);
}

/** What a name alone means: our milder defaults. */
export function mildAugmentation(name: AugmentationName): CompleteAugmentation {
  const entries = Object.entries<Parameter<unknown>>(PARAMETERS[name]).map(([key, { mild }]) => [key, mild] as const);
  return { name, ...Object.fromEntries(entries) } as CompleteAugmentation;
}

/** Checks the parameters and adds torchvision's defaults. Throws HeadwayError('invalid') for the first that is not allowed. */
export function completeAugmentation(augmentation: Augmentation): CompleteAugmentation {
  const given = augmentation as Readonly<Record<string, unknown>>;
  const entries = Object.entries<Parameter<unknown>>(PARAMETERS[augmentation.name]).map(([key, { kind, standard }]) => {
    const value = given[key] === undefined ? standard : kind.accept(given[key]);
    if (value === undefined)
      throw new HeadwayError(
        'invalid',
        `${key} of ${augmentation.name} is ${parameterText(given[key])}; give ${kind.expected}.`,
      );
    return [key, value] as const;
  });
  return { name: augmentation.name, ...Object.fromEntries(entries) } as CompleteAugmentation;
}

/**
 * The augmentations complete and in the order in which they are applied: RandomResizedCrop first wherever it stands, because it picks what is
 * decoded, and the others as given. Throws HeadwayError('invalid') for a second RandomResizedCrop or a parameter that is not allowed.
 */
export function orderedAugmentations(list: readonly Augmentation[]): CompleteAugmentation[] {
  const complete = list.map(completeAugmentation);
  const crops = complete.filter(({ name }) => name === 'RandomResizedCrop');
  if (crops.length > 1) throw new HeadwayError('invalid', 'RandomResizedCrop is given more than once; give it once.');
  return [...crops, ...complete.filter(({ name }) => name !== 'RandomResizedCrop')];
}

/** Changes when the same augmentations give other pixels than before, which makes stored features of variants stale. */
const VERSION = 1;

/** Identifies the augmentations with all parameters and the version of their code: part of the key of stored features of variants. */
export function augmentationId(list: readonly Augmentation[]): string {
  if (list.length === 0) return 'none';
  return `augment ${VERSION}: ${orderedAugmentations(list).map(augmentationText).join(' ')}`;
}

/** The augmentation as `parseAugmentations` reads it, with all parameters. */
export function augmentationText(augmentation: CompleteAugmentation): string {
  const { name, ...parameters } = augmentation;
  const text = Object.entries(parameters).map(([key, value]) => `${key}=${parameterText(value)}`);
  return `${name}:${text.join(',')}`;
}

function parameterText(value: unknown): string {
  return Array.isArray(value) ? value.join(value.length === 2 ? '-' : '/') : String(value);
}
