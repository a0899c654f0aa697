import fc from 'fast-check';
import { test } from 'node:test';
import { CaseBuilder, checkOperator, forAll, sizes } from '../reference/cases.ts';

const pair = (min: number, max: number): fc.Arbitrary<[number, number]> => fc.tuple(sizes(min, max), sizes(min, max));

/** Window attributes with an input large enough for at least one window. */
const windows = fc
  .record({
    kernel: pair(1, 3),
    strides: pair(1, 3),
    dilations: pair(1, 2),
    before: pair(0, 2),
    after: pair(0, 2),
    extra: pair(0, 4),
  })
  .map(w => {
    const pads = [...w.before, ...w.after];
    const size = w.kernel.map(
      (k, i) => Math.max(1, (k - 1) * w.dilations[i]! + 1 - pads[i]! - pads[i + 2]!) + w.extra[i]!,
    );
    return { ...w, pads, size };
  });

test('gradient of Conv with groups, strides, dilations and asymmetric pads', async () => {
  const arbitrary = fc.record({
    window: windows,
    batch: sizes(1, 3),
    group: sizes(1, 3),
    inputs: sizes(1, 2),
    outputs: sizes(1, 2),
    bias: fc.boolean(),
  });
  await forAll(
    arbitrary,
    async ({ window, batch, group, inputs, outputs, bias }) => {
      const shapes = [
        [batch, group * inputs, ...window.size],
        [group * outputs, inputs, ...window.kernel],
      ];
      if (bias) shapes.push([group * outputs]);
      const { strides, dilations, pads } = window;
      await checkOperator('Conv', shapes, { strides, dilations, pads, group });
    },
    60,
  );
});

test('gradient of pointwise and of depthwise Conv', async () => {
  await checkOperator('Conv', [[2, 3, 4, 2], [5, 3, 1, 1], [5]]);
  await checkOperator(
    'Conv',
    [
      [2, 3, 4, 4],
      [5, 3, 1, 1],
    ],
    { strides: [2, 2] },
  );
  await checkOperator('Conv', [[2, 3, 5, 4], [3, 1, 3, 3], [3]], { group: 3, pads: [1, 1, 1, 1] });
  await checkOperator(
    'Conv',
    [
      [2, 3, 5, 5],
      [3, 1, 3, 3],
    ],
    { group: 3, pads: [0, 0, 1, 1], strides: [2, 2] },
  );
  await checkOperator(
    'Conv',
    [
      [2, 3, 7, 6],
      [3, 1, 3, 2],
    ],
    { group: 3, pads: [2, 0, 1, 1], dilations: [2, 1] },
  );
  await checkOperator(
    'Conv',
    [
      [1, 2, 4, 4],
      [2, 1, 2, 2],
    ],
    { group: 2, pads: [2, 2, 2, 2] },
  );
});

test('gradient of Conv with kernels too large for shifted products', async () => {
  await checkOperator('Conv', [[2, 2, 7, 6], [3, 2, 4, 3], [3]], { pads: [1, 0, 2, 1] });
  await checkOperator(
    'Conv',
    [
      [2, 2, 9, 8],
      [2, 2, 4, 3],
    ],
    { strides: [2, 3], dilations: [1, 2], pads: [0, 1, 1, 0] },
  );
  await checkOperator(
    'Conv',
    [
      [1, 1, 2, 2],
      [1, 1, 5, 5],
    ],
    { strides: [4, 4], pads: [4, 4, 4, 4] },
  );
});

test('gradient of Conv in one and three dimensions and with automatic padding', async () => {
  await checkOperator(
    'Conv',
    [
      [2, 2, 7],
      [3, 2, 3],
    ],
    { strides: [2], pads: [1, 0] },
  );
  await checkOperator(
    'Conv',
    [
      [1, 2, 3, 4, 3],
      [2, 2, 2, 2, 2],
    ],
    { strides: [1, 2, 1], pads: [0, 1, 0, 1, 0, 0] },
  );
  for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER', 'VALID'])
    await checkOperator(
      'Conv',
      [
        [1, 2, 6, 5],
        [2, 2, 3, 2],
      ],
      { strides: [2, 2], auto_pad },
    );
});

/**
 * Whether rounding up would add a window that starts behind the input. ONNX Runtime drops it when it runs but not when it infers static
 * shapes, so such a graph does not load.
 */
const dropsWindow = (size: number[], extent: number[], strides: number[], pads: number[]): boolean =>
  size.some(
    (n, i) => Math.ceil((n + pads[i]! + pads[i + 2]! - extent[i]!) / strides[i]!) * strides[i]! >= n + pads[i]!,
  );

test('gradient of MaxPool, windows apart and overlapping', async () => {
  const arbitrary = fc.record({ window: windows, ceil_mode: sizes(0, 1) });
  await forAll(
    arbitrary,
    async ({ window: w, ceil_mode }) => {
      const pads = w.pads.map((p, i) => Math.min(p, w.kernel[i % 2]! - 1));
      const size = w.size.map((s, i) => Math.max(s, (w.kernel[i]! - 1) * w.dilations[i]! + 1));
      const extent = w.kernel.map((k, i) => (k - 1) * w.dilations[i]! + 1);
      const ceil = dropsWindow(size, extent, w.strides, pads) ? 0 : ceil_mode;
      await checkOperator(
        'MaxPool',
        [[2, 2, ...size]],
        { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, pads, ceil_mode: ceil },
        { kind: 'distinct' },
      );
    },
    40,
  );
});

test('gradient of AveragePool, padding counted or not', async () => {
  const arbitrary = fc.record({ window: windows, count_include_pad: sizes(0, 1) });
  await forAll(
    arbitrary,
    async ({ window: w, count_include_pad }) => {
      const pads = w.pads.map((p, i) => Math.min(p, w.kernel[i % 2]! - 1));
      const size = w.size.map((s, i) => Math.max(s, w.kernel[i]!));
      await checkOperator('AveragePool', [[2, 2, ...size]], {
        kernel_shape: w.kernel,
        strides: w.strides,
        pads,
        count_include_pad,
      });
    },
    40,
  );
  await checkOperator('AveragePool', [[2, 3, 4, 6]], { kernel_shape: [2, 3], strides: [2, 3] });
  await checkOperator('AveragePool', [[1, 2, 5, 5]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 });
});

test('gradient of dilated AveragePool', () =>
  checkOperator(
    'AveragePool',
    [[1, 2, 6, 5]],
    { kernel_shape: [2, 2], dilations: [2, 1], pads: [1, 0, 1, 0] },
    { opset: 19 },
  ));

test('gradient of global pooling', async () => {
  for (const opType of ['GlobalAveragePool', 'GlobalMaxPool'])
    for (const dims of [
      [2, 3, 4, 5],
      [2, 3, 4],
      [1, 2, 1, 1],
    ])
      await checkOperator(opType, [dims], {}, { kind: 'distinct' });
});

test('gradient of BatchNormalization in inference mode', async () => {
  for (const dims of [
    [3, 4],
    [2, 3, 2, 2],
  ]) {
    const c = new CaseBuilder(2);
    const channels = dims[1]!;
    const [x, scale, bias] = [c.input(dims), c.input([channels]), c.input([channels])];
    const mean = c.b.constant(
      Array.from({ length: channels }, (_, i) => i * 0.25),
      [channels],
    );
    const variance = c.b.constant(
      Array.from({ length: channels }, (_, i) => 0.5 + i),
      [channels],
    );
    await c.check(c.b.add('BatchNormalization', [x, scale, bias, mean, variance], { epsilon: 0.001 }));
  }
});

test('gradient of LayerNormalization over any trailing axes', async () => {
  for (const axis of [-1, 1, -2]) {
    const dims = [2, 3, 4];
    const inner = dims.slice(axis < 0 ? axis + 3 : axis);
    await checkOperator('LayerNormalization', [dims, inner, inner], { axis, epsilon: 0.001 });
  }
  await checkOperator('LayerNormalization', [[2, 5], [5]], { axis: -1 });
});
