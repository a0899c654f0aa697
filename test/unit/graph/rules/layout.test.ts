import fc from 'fast-check';
import { test } from 'node:test';
import { CaseBuilder, checkOperator, forAll, shapes, sizes } from '../reference/cases.ts';

test('gradient of Flatten, Reshape, Squeeze and Unsqueeze', async () => {
  for (const axis of [0, 1, 2, 3, -1]) await checkOperator('Flatten', [[2, 3, 4]], { axis });
  const c = new CaseBuilder(1);
  const x = c.b.add('Reshape', [c.input([2, 3, 4]), c.b.ints([0, -1])]);
  const y = c.b.add('Unsqueeze', [x, c.b.ints([0, -1])]);
  await c.check(c.b.add('Squeeze', [y, c.b.ints([0])]), c.b.add('Squeeze', [c.b.add('Mul', [y, y])]));
});

test('gradient of Transpose', async () => {
  const arbitrary = shapes().chain(dims =>
    fc.tuple(fc.constant(dims), fc.shuffledSubarray(dims.map((_, i) => i), { minLength: dims.length })),
  ); // prettier-ignore
  await forAll(arbitrary, ([dims, perm]) => checkOperator('Transpose', [dims], { perm }));
  await checkOperator('Transpose', [[2, 3, 4]]);
});

test('gradient of Concat along any axis', async () => {
  for (const [axis, inputs] of [
    [
      0,
      [
        [2, 3],
        [1, 3],
        [4, 3],
      ],
    ],
    [
      -1,
      [
        [2, 1, 3],
        [2, 1, 2],
      ],
    ],
    [
      1,
      [
        [1, 2, 2, 2],
        [1, 3, 2, 2],
      ],
    ],
  ] as const)
    // prettier-ignore
    await checkOperator('Concat', inputs, { axis });
});

test('gradient of Split, also where a part is not used', async () => {
  const c = new CaseBuilder(1);
  const x = c.input([2, 7]);
  const parts = c.b.addMany('Split', [x, c.b.ints([2, 4, 1])], { axis: 1 }, { outputs: ['', '', ''], fill: true });
  await c.check(parts[0]!, c.b.add('Mul', [parts[2]!, parts[2]!]));
  const d = new CaseBuilder(1, 18);
  const equal = d.b.addMany(
    'Split',
    [d.input([7, 2])],
    { axis: 0, num_outputs: 3 },
    { outputs: ['', '', ''], fill: true },
  );
  await d.check(...equal);
});

/** A range of an axis of that size that is not empty, with bounds written in any of ONNX's ways. */
const range = (size: number): fc.Arbitrary<{ start: number; end: number; step: number }> =>
  fc
    .record({
      a: sizes(0, size - 1),
      b: sizes(0, size - 1),
      step: fc.constantFrom(1, 1, 2, 3, -1, -2),
      style: sizes(0, 2),
    })
    .map(({ a, b, step, style }) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      if (step < 0) return { start: style === 0 ? high - size : high, end: low === 0 ? -100 : low - 1, step };
      const end = high + 1 === size ? [size, 2 ** 31 - 1, size + 2][style]! : style === 0 ? high + 1 - size : high + 1;
      return { start: style === 1 ? low - size : low, end, step };
    });

test('gradient of Slice with steps, negative and open bounds', async () => {
  await forAll(
    fc.tuple(range(6), range(5)),
    async ([p, q]) => {
      const c = new CaseBuilder(1);
      const ints = (key: 'start' | 'end' | 'step'): string => c.b.ints([p[key], q[key]]);
      const inputs = [c.input([5, 2, 6]), ints('start'), ints('end'), c.b.ints([-1, 0]), ints('step')];
      await c.check(c.b.add('Slice', inputs));
    },
    40,
  );
});

test('gradient of Pad in every mode, negative amounts included', async () => {
  const cases: [string, number[]][] = [
    ['constant', [0, 1, 0, 2, 0, 3]],
    ['constant', [1, -1, 0, 0, 2, -1]],
    ['edge', [0, 1, 2, 0, 0, 1]],
    ['reflect', [0, 1, 2, 0, 1, 3]],
    ['reflect', [1, 0, 0, 1, 0, 1]],
  ];
  for (const [mode, pads] of cases) {
    const c = new CaseBuilder(1);
    await c.check(c.b.add('Pad', [c.input([2, 3, 4]), c.b.ints(pads)], { mode }));
  }
  const c = new CaseBuilder(1, 19);
  await c.check(c.b.add('Pad', [c.input([2, 3, 4]), c.b.ints([1, 2]), '', c.b.ints([-1])], { mode: 'wrap' }));
});

test('gradient of Gather with distinct, repeated and negative indices', async () => {
  for (const [axis, indices, dims] of [
    [0, [2, 0], [2]],
    [1, [1, 1, 3, -1, 0, 1], [2, 3]],
    [-1, [0, -1], [2]],
    [1, [2], []],
  ] as const) {
    const c = new CaseBuilder(1);
    await c.check(c.b.add('Gather', [c.input([3, 4, 2]), c.b.ints(indices, dims)], { axis }));
  }
});

test('gradient of Gather with indices computed at run time', async () => {
  const c = new CaseBuilder(1);
  const indices = c.b.add('Cast', [c.b.constant([1, 0, 1, 2])], { to: 7 });
  await c.check(c.b.add('Gather', [c.input([3, 2]), indices]));
});

test('gradient of Expand', async () => {
  const c = new CaseBuilder(1);
  await c.check(c.b.add('Expand', [c.input([3, 1]), c.b.ints([2, 1, 4])]));
});
