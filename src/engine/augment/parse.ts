import { AUGMENTATION_PRESETS } from '../../shared/augmentation.ts';
import { HeadwayError } from '../../shared/errors.ts';
import {
  AUGMENTATION_NAMES,
  completeAugmentation,
  mildAugmentation,
  orderedAugmentations,
  parameterNames,
  type Augmentation,
  type AugmentationName,
  type CompleteAugmentation,
} from './spec.ts';

/**
 * Augmentations as a person writes them, complete and in order of application. `NAME` has mild defaults that suit frozen features
 * (RandomResizedCrop takes 50 to 100 % of the area, not torchvision's 8 to 100 %); `NAME:VALUE` sets the main parameter
 * (`RandomRotation:15`, `RandomResizedCrop:0.4-1`, `RandomHorizontalFlip:0.3`; `ColorJitter:0.3` sets brightness, contrast and saturation) and
 * `NAME:KEY=VALUE,KEY=VALUE` any (`RandomErasing:p=0.5,value=random`). Presets and `none` are names too. Letter case does not matter.
 * Throws HeadwayError('invalid') that says what is allowed.
 */
export function parseAugmentations(names: readonly string[]): CompleteAugmentation[] {
  return orderedAugmentations(names.flatMap(expand).map(parseOne));
}

function expand(text: string): readonly string[] {
  const name = text.trim().toLowerCase();
  if (name === 'none') return [];
  return Object.entries(AUGMENTATION_PRESETS).find(([preset]) => preset === name)?.[1] ?? [text.trim()];
}

function parseOne(text: string): CompleteAugmentation {
  const colon = text.indexOf(':');
  const name = nameOf(colon < 0 ? text : text.slice(0, colon));
  if (colon < 0) return mildAugmentation(name);
  const given = text
    .slice(colon + 1)
    .split(',')
    .map((part, index) => parsePart(name, part, index));
  return completeAugmentation({ ...mildAugmentation(name), ...Object.assign({}, ...given) } as Augmentation);
}

function nameOf(text: string): AugmentationName {
  const wanted = text.trim().toLowerCase();
  const name = AUGMENTATION_NAMES.find(known => known.toLowerCase() === wanted);
  if (name) return name;
  const known = [...AUGMENTATION_NAMES, ...Object.keys(AUGMENTATION_PRESETS), 'none'].join(', ');
  throw new HeadwayError('invalid', `There is no augmentation "${text.trim()}"; give one of ${known}.`);
}

function parsePart(name: AugmentationName, part: string, index: number): Record<string, unknown> {
  const keys = parameterNames(name);
  const [key, value, ...rest] = part.split('=').map(piece => piece.trim());
  if (value === undefined && index === 0) {
    const main = parseValue(part);
    if (name === 'ColorJitter') return { brightness: main, contrast: main, saturation: main };
    return { [keys[0]!]: main };
  }
  if (value === undefined || rest.length > 0 || !keys.includes(key!))
    throw new HeadwayError(
      'invalid',
      `"${part.trim()}" of ${name} is not KEY=VALUE with KEY one of ${keys.join(', ')}.`,
    );
  return { [key!]: parseValue(value) };
}

/** A number, a range `low-high` (either may be negative), a colour `r/g/b`, or the text itself. */
function parseValue(text: string): unknown {
  const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
  const trimmed = text.trim();
  const match = new RegExp(`^(${number})(?:-(${number})|/(${number})/(${number}))?$`, 'i').exec(trimmed);
  if (!match) return trimmed;
  const values = match.slice(1).filter(group => (group as string | undefined) !== undefined);
  return values.length === 1 ? Number(values[0]) : values.map(Number);
}
