import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBuilder } from '../../../src/engine/graph/builder.ts';
import { differentiate } from '../../../src/engine/graph/differentiate.ts';
import { divideDims, multiplyDims } from '../../../src/engine/graph/dims.ts';
import { runGraph } from './reference/runtime.ts';
import { tensor } from './reference/tensor.ts';

test('equal constants are shared, names are fresh, types are known at once', () => {
  const b = createBuilder('small');
  const x = b.input('x', 'float32', ['batch', 3]);
  assert.equal(b.constant(2), b.constant(2));
  assert.notEqual(b.constant(2), b.constant([2]));
  assert.notEqual(b.constant(1), b.ints(1));
  const first = b.add('Mul', [x, b.constant(2)]);
  const second = b.add('Mul', [first, b.constant(2)]);
  assert.notEqual(first, second);
  assert.deepEqual(b.shape(second), ['batch', 3]);
  assert.equal(b.build().initializers.size, 4);
  assert.throws(() => b.input('x', 'float32', []), /already has a tensor named "x"/);
  assert.throws(() => b.dims(second), /open dimension \[batch, 3\]/);
});

test('a builder leaves the graph it extends as it was', () => {
  const b = createBuilder('first');
  const x = b.input('x', 'float32', [2]);
  const graph = b.output(x).build();
  b.output(b.add('Neg', [x]));
  assert.equal(graph.nodes.length, 0);
  assert.equal(b.build().nodes.length, 1);
});

test('products of open dimensions divide', () => {
  assert.equal(multiplyDims(['n', 7, 7]), '49*n');
  assert.equal(divideDims('49*n', 'n'), 49);
  assert.equal(divideDims('49*n', 7), '7*n');
  assert.equal(divideDims('49*n', 4), undefined);
  assert.equal(divideDims('n', 'm'), undefined);
  assert.equal(multiplyDims([0, 'n']), 0);
});

test('a training Dropout passes the gradient where its own mask does', async () => {
  const b = createBuilder('dropout');
  const x = b.input('x', 'float32', [64]);
  const [y] = b.addMany('Dropout', [x, b.constant(0.25), b.bool(true)], { seed: 5 }, { outputs: ['y', 'mask'] });
  b.output(y!, b.add('ReduceSum', [y!], { keepdims: 0 }, { outputs: ['sum'] }));
  const { graph, gradients } = differentiate(b.build(), { loss: 'sum', withRespectTo: [x] });
  const result = await runGraph(graph, new Map([['x', tensor(Array(64).fill(3), [64])]])); // prettier-ignore
  const [out, gradient] = [result.get('y')!.data, result.get(gradients.get(x)!)!.data];
  const kept = out.filter(v => v !== 0).length;
  assert.ok(kept > 32 && kept < 64, `${kept} of 64 kept`);
  for (const [i, v] of out.entries()) assert.ok(Math.abs(gradient[i]! - v / 3) < 1e-6);
});
