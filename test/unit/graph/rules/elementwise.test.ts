import fc from 'fast-check';
import { test } from 'node:test';
import { broadcastPair, CaseBuilder, checkOperator, forAll, shapes, type Attributes, type Kind } from '../reference/cases.ts'; // prettier-ignore

const smooth: [string, Attributes, Kind, number?][] = [
  ['Sigmoid', {}, 'normal'],
  ['Tanh', {}, 'normal'],
  ['Erf', {}, 'normal'],
  ['Exp', {}, 'normal'],
  ['Log', {}, 'positive'],
  ['Sqrt', {}, 'positive'],
  ['Neg', {}, 'normal'],
  ['Reciprocal', {}, 'positive'],
  ['Identity', {}, 'normal'],
  ['Relu', {}, 'distinct'],
  ['Abs', {}, 'distinct'],
  ['LeakyRelu', { alpha: 0.2 }, 'distinct'],
  ['HardSigmoid', { alpha: 0.7, beta: 0.4 }, 'distinct'],
  ['Gelu', {}, 'normal', 20],
  ['Gelu', { approximate: 'tanh' }, 'normal', 20],
];

for (const [opType, attributes, kind, opset] of smooth)
  test(`gradient of ${opType} ${JSON.stringify(attributes)}`, async () => {
    await forAll(
      fc.tuple(shapes(), fc.nat(1000)),
      ([dims, seed]) => checkOperator(opType, [dims], attributes, { kind, seed, ...(opset ? { opset } : {}) }),
      8,
    );
  });

test('gradient of HardSwish reaches all three pieces', async () => {
  const c = new CaseBuilder(5);
  const x = c.b.add('Mul', [c.input([4, 9], 'distinct'), c.b.constant(2.5)]);
  await c.check(c.b.add('HardSwish', [x]));
});

test('gradient of Clip with both, one and no limit', async () => {
  for (const [low, high] of [
    [0.013, 0.777],
    [-0.513, undefined],
    [undefined, 0.313],
    [undefined, undefined],
  ]) {
    const c = new CaseBuilder(3);
    const limit = (value: number | undefined): string => (value === undefined ? '' : c.b.constant(value));
    await c.check(c.b.add('Clip', [c.input([3, 7], 'distinct'), limit(low), limit(high)]));
  }
});

for (const opType of ['Add', 'Sub', 'Mul', 'Div'])
  test(`gradient of ${opType} with broadcasting`, async () => {
    await forAll(fc.tuple(broadcastPair(), fc.boolean(), fc.nat(1000)), ([[big, small], swap, seed]) =>
      checkOperator(opType, swap ? [small, big] : [big, small], {}, { kind: 'positive', seed }),
    );
  });

test('gradient of Add where both operands are broadcast', () =>
  checkOperator('Add', [
    [3, 1, 4],
    [2, 1],
  ]));

test('gradient of Sum of three', () => checkOperator('Sum', [[2, 3], [3], [2, 1]]));

test('gradient of a product of a tensor with itself', async () => {
  const c = new CaseBuilder(2);
  const x = c.input([3, 2]);
  await c.check(c.b.add('Mul', [x, x]));
});

test('gradient of PRelu with respect to input and slope', async () => {
  for (const slope of [[3, 1, 1], [1], [2, 3, 2, 2]])
    await checkOperator('PRelu', [[2, 3, 2, 2], slope], {}, { kind: 'distinct', seed: 4 });
});

test('gradient of Pow with respect to base and exponent', async () => {
  await forAll(broadcastPair(), ([base, exponent]) => checkOperator('Pow', [base, exponent], {}, { kind: 'positive' }));
  for (const exponent of [2, 3, -1, 0.5]) {
    const c = new CaseBuilder(1);
    const x = c.input([5], exponent === 2 ? 'normal' : 'positive');
    await c.check(c.b.add('Pow', [x, c.b.constant(exponent)]));
  }
  const c = new CaseBuilder(1);
  await c.check(c.b.add('Pow', [c.input([4]), c.b.ints(3)]));
});

test('gradient of Where', async () => {
  const c = new CaseBuilder(8);
  const [yes, no] = [c.input([3, 4]), c.input([4])];
  const condition = c.b.add('Greater', [
    c.b.constant([1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6], [3, 4]),
    c.b.constant(0),
  ]);
  await c.check(c.b.add('Where', [condition, yes, no]));
});

test('gradient of Cast between float types', async () => {
  const c = new CaseBuilder(8);
  const wide = c.b.add('Cast', [c.input([5])], { to: 11 });
  await c.check(c.b.add('Cast', [c.b.add('Mul', [wide, wide])], { to: 1 }));
});

for (const opType of ['Softmax', 'LogSoftmax'])
  test(`gradient of ${opType} along any axis`, async () => {
    await forAll(
      shapes().chain(dims => fc.tuple(fc.constant(dims), fc.integer({ min: -dims.length, max: dims.length - 1 }))),
      ([dims, axis]) => checkOperator(opType, [dims], { axis }),
    );
  });

test('gradient of Dropout in inference mode', async () => {
  const c = new CaseBuilder(1);
  await c.check(c.b.add('Dropout', [c.input([4, 3]), c.b.constant(0.5)]));
});
