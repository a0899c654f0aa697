import fc from 'fast-check';
import { test } from 'node:test';
import { CaseBuilder, checkOperator, forAll, shapes, sizes } from '../reference/cases.ts';

test('gradient of Gemm with transposes, factors and a broadcast bias', async () => {
  const arbitrary = fc.record({
    m: sizes(1, 4),
    n: sizes(1, 4),
    k: sizes(1, 4),
    transA: sizes(0, 1),
    transB: sizes(0, 1),
    alpha: fc.constantFrom(1, 0.5),
    beta: fc.constantFrom(1, -2),
    bias: fc.constantFrom('none', 'row', 'column', 'full', 'one'),
  });
  await forAll(
    arbitrary,
    async ({ m, n, k, transA, transB, alpha, beta, bias }) => {
      const inputs = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n]];
      const shape = { none: undefined, row: [n], column: [m, 1], full: [m, n], one: [1] }[bias];
      if (shape) inputs.push(shape);
      await checkOperator('Gemm', inputs, { transA, transB, alpha, beta });
    },
    40,
  );
});

test('gradient of MatMul', async () => {
  const cases = [
    [
      [2, 3],
      [3, 4],
    ],
    [
      [2, 5, 3],
      [3, 4],
    ],
    [
      [2, 2, 5, 3],
      [3, 4],
    ],
    [
      [2, 5, 3],
      [2, 3, 4],
    ],
    [
      [2, 1, 5, 3],
      [4, 3, 2],
    ],
    [
      [5, 3],
      [2, 3, 4],
    ],
    [[3], [3, 4]],
    [[2, 3], [3]],
    [[2, 4, 3], [3]],
    [[3], [2, 3, 4]],
    [[3], [3]],
  ];
  for (const inputs of cases) await checkOperator('MatMul', inputs);
});

for (const opType of ['ReduceSum', 'ReduceMean', 'ReduceMax'])
  for (const opset of [17, 18])
    test(`gradient of ${opType} at operator set ${opset}`, async () => {
      const arbitrary = shapes().chain(dims =>
        fc.tuple(fc.constant(dims), fc.subarray(dims.map((_, i) => i)), sizes(0, 1), fc.boolean()),
      );
      await forAll(arbitrary, async ([dims, some, keepdims, negative]) => {
        const axes = negative ? some.map(a => a - dims.length) : some;
        const c = new CaseBuilder(6, opset);
        const x = c.input(dims, 'distinct');
        const asInput = opType === 'ReduceSum' || opset >= 18;
        const y =
          asInput && axes.length > 0
            ? c.b.add(opType, [x, c.b.ints(axes)], { keepdims })
            : c.b.add(opType, [x], axes.length > 0 ? { axes, keepdims } : { keepdims });
        await c.check(y);
      });
    });

test('ReduceMax shares its gradient among equal maxima', async t => {
  const { differentiate } = await import('../../../../src/engine/graph/differentiate.ts');
  const { runGraph } = await import('../reference/runtime.ts');
  const { rounded } = await import('../reference/gradients.ts');
  const c = new CaseBuilder(1);
  const x = c.input([4]);
  const graph = c.b.output(c.b.add('ReduceMax', [x], { keepdims: 0 }, { outputs: ['top'] })).build();
  const { graph: full, gradients } = differentiate(graph, { loss: 'top', withRespectTo: [x] });
  const result = await runGraph(full, new Map([[x, rounded([2, 1, 2, 0], [4])]]));
  t.assert.deepEqual(Array.from(result.get(gradients.get(x)!)!.data), [0.5, 0, 0.5, 0]);
});
