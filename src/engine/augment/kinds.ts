import type { Interpolation } from './geometry.ts';
import type { Range } from './ranges.ts';
import type { Colour } from './raster.ts';

/** What a parameter may be. `accept` gives the complete value, or undefined for one that is not allowed. */
export interface Kind<T> {
  expected: string;
  accept(value: unknown): T | undefined;
}

export function numberFrom(low: number, high: number): Kind<number> {
  return {
    expected: `a number from ${low} to ${high}`,
    accept: value => (isNumber(value) && value >= low && value <= high ? value : undefined),
  };
}

export function wholeFrom(low: number, high: number): Kind<number> {
  return {
    expected: `a whole number from ${low} to ${high}`,
    accept: value => (Number.isInteger(value) ? numberFrom(low, high).accept(value) : undefined),
  };
}

/** Two numbers in order between the limits. One number alone stands for the range that `widen` makes of it. */
export function rangeWithin(
  low: number,
  high: number,
  example: string,
  widen: (value: number) => Range = value => [value, value],
): Kind<Range> {
  return {
    expected: `a range within ${low} to ${high}, such as ${example}`,
    accept: value => {
      const pair = isNumber(value) ? widen(value) : asPair(value);
      return pair && pair[0] >= low && pair[0] <= pair[1] && pair[1] <= high ? pair : undefined;
    },
  };
}

/** x and y, 0 to 1 each; one number stands for both. */
export const bothShares: Kind<Range> = {
  expected: 'a share from 0 to 1, or one each for x and y such as 0.1-0.2',
  accept: value => {
    const pair = isNumber(value) ? ([value, value] as const) : asPair(value);
    return pair?.every(share => share >= 0 && share <= 1) ? pair : undefined;
  },
};

export const interpolation: Kind<Interpolation> = {
  expected: 'nearest or bilinear',
  accept: value => (value === 'nearest' || value === 'bilinear' ? value : undefined),
};

/** A grey level or a colour, 0 to 255, or one of the words. */
export function colourOr<W extends string>(...words: W[]): Kind<number | Colour | W> {
  const isLevel = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= 255;
  return {
    expected: `a level from 0 to 255, a colour such as 124/116/104, or ${words.join(' or ')}`,
    accept: value => {
      if (isLevel(value)) return value;
      if (Array.isArray(value) && value.length === 3 && value.every(isLevel))
        return [value[0]!, value[1]!, value[2]!] as const;
      return words.find(word => word === value);
    },
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function asPair(value: unknown): Range | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [low, high] = value as [unknown, unknown];
  return isNumber(low) && isNumber(high) ? [low, high] : undefined;
}
