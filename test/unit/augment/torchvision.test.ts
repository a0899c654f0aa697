import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as colour from '../../../src/engine/augment/colour.ts';
import * as geometry from '../../../src/engine/augment/geometry.ts';
import type { Colour, Raster } from '../../../src/engine/augment/raster.ts';
import * as tone from '../../../src/engine/augment/tone.ts';
import { TRIVIAL_OPERATIONS } from '../../../src/engine/augment/trivialAugment.ts';
import { PICTURES } from '../../fixtures/augment/pictures.ts';

interface Case {
  picture: string;
  op: string;
  args: unknown[];
  sha256: string;
  base64?: string;
}
interface Recorded {
  magnitudes: Record<string, { signed: boolean; values: number[] | null }>;
  cases: Case[];
}
const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/augment/torchvision.json', import.meta.url), 'utf8'),
) as Recorded;

type Run = (image: Raster, args: unknown[]) => Raster;
const withNumber =
  (operation: (image: Raster, value: number) => Raster): Run =>
  (image, [value]) =>
    operation(image, value as number);

const RUNS: Readonly<Record<string, Run>> = {
  horizontalFlip: geometry.horizontalFlip,
  verticalFlip: geometry.verticalFlip,
  adjustBrightness: withNumber(colour.adjustBrightness),
  adjustContrast: withNumber(colour.adjustContrast),
  adjustSaturation: withNumber(colour.adjustSaturation),
  adjustSharpness: withNumber(colour.adjustSharpness),
  adjustHue: withNumber(colour.adjustHue),
  posterize: withNumber(tone.posterize),
  solarize: withNumber(tone.solarize),
  autoContrast: tone.autoContrast,
  equalize: tone.equalize,
  rotate: (image, args) => {
    const [degrees, interpolation, fill] = args as [number, geometry.Interpolation, Colour];
    return geometry.rotate(image, degrees, interpolation, fill);
  },
  affine: (image, args) => {
    type Pair = [number, number];
    const [angle, translate, scale, shear, interpolation, fill] = args as [
      number,
      Pair,
      number,
      Pair,
      geometry.Interpolation,
      Colour,
    ];
    const center = [image.width / 2, image.height / 2] as const;
    const matrix = geometry.affineMatrix({ angle, translate, scale, shear, center });
    return geometry.affine(image, matrix, interpolation, fill);
  },
  trivial: (image, args) => {
    const [name, bin, sign, interpolation, fill] = args as [string, number, 1 | -1, geometry.Interpolation, Colour];
    const { magnitude, apply } = TRIVIAL_OPERATIONS[name]!;
    return apply(image, magnitude ? sign * magnitude(bin, 31) : 0, interpolation, fill);
  },
};

/** How many values differ and by how much, for a message that helps. */
function difference(actual: Uint8Array, expected: Uint8Array): string {
  const off = Array.from(actual, (value, i) => Math.abs(value - expected[i]!)).filter(d => d > 0);
  return off.length === 0 ? 'equal' : `${off.length} of ${actual.length} values differ, by up to ${Math.max(...off)}`;
}

for (const [op, run] of Object.entries(RUNS))
  test(`${op} equals torchvision's on PIL images, value for value`, () => {
    const cases = recorded.cases.filter(c => c.op === op);
    assert.ok(cases.length > 0);
    const wrong: string[] = [];
    for (const { picture, args, sha256, base64 } of cases) {
      const image = PICTURES[picture]!;
      const before = image.data.slice();
      const { data, width, height } = run(image, args);
      assert.deepEqual([width, height, data.length], [image.width, image.height, before.length]);
      assert.deepEqual(image.data, before, 'the argument is left alone');
      if (createHash('sha256').update(data).digest('hex') === sha256) continue;
      wrong.push(`${picture} ${args.join()}: ${base64 ? difference(data, Buffer.from(base64, 'base64')) : 'differs'}`);
    }
    assert.deepEqual(wrong, []);
  });

test('TrivialAugmentWide has the operations and magnitudes of torchvision', () => {
  assert.deepEqual(Object.keys(TRIVIAL_OPERATIONS), Object.keys(recorded.magnitudes));
  for (const [name, { signed, values }] of Object.entries(recorded.magnitudes)) {
    const operation = TRIVIAL_OPERATIONS[name]!;
    assert.equal(operation.signed, signed, name);
    assert.equal(operation.magnitude === undefined, values === null, name);
    for (const [i, value] of (values ?? []).entries())
      assert.ok(Math.abs(operation.magnitude!(i, 31) - value) < 2e-6, `${name} ${i}`);
  }
});
