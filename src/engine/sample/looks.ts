import type { Random } from './random.ts';
import type { Look } from './sprites.ts';

// Weights of the luminance in the W3C Filter Effects colour matrices (saturate, hueRotate).
const LUMINANCE = [0.213, 0.715, 0.072] as const;
const SINE = [-0.213, -0.715, 0.928, 0.143, 0.14, -0.283, -0.787, 0.715, 0.072] as const;

/**
 * How one object appears: its colours shifted a little, lit from one side. `light` is the direction the light comes from, in radians;
 * `hardness` (0..1) widens the shifts.
 */
export function randomLook(random: Random, light: number, hardness: number): Look {
  const around = (spread: number): number => random.range(-spread, spread) * (0.12 + 0.88 * hardness);
  const saturation = 1 + around(0.4);
  const contrast = 0.98 + around(0.22);
  const brightness = 1 + around(0.22);
  const hue = saturate(hueRotation(around(14)), saturation);
  const strength = random.range(0.05, 0.3);
  return {
    matrix: hue.map(value => value * contrast * brightness),
    offset: 127.5 * (1 - contrast) * brightness,
    light: [Math.cos(light) * strength, Math.sin(light) * strength],
  };
}

function hueRotation(degrees: number): number[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return SINE.map((sine, i) => {
    const luminance = LUMINANCE[i % 3]!;
    return luminance + cos * ((i % 4 === 0 ? 1 : 0) - luminance) + sin * sine;
  });
}

/** The product of the saturation matrix and `matrix`. */
function saturate(matrix: readonly number[], saturation: number): number[] {
  return matrix.map((value, i) => {
    const column = i % 3;
    const grey =
      LUMINANCE[0] * matrix[column]! + LUMINANCE[1] * matrix[column + 3]! + LUMINANCE[2] * matrix[column + 6]!;
    return grey + (value - grey) * saturation;
  });
}
