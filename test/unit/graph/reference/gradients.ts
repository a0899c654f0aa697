/** Checks gradient graphs three ways: finite differences in float64, the graph itself in float64, and ONNX Runtime in float32. */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../../../src/engine/graph/builder.ts';
import { differentiate } from '../../../../src/engine/graph/differentiate.ts';
import type { Graph } from '../../../../src/engine/graph/ir.ts';
import { createRandom } from '../../../../src/engine/train/random.ts';
import { interpret } from './interpret.ts';
import { runGraph } from './runtime.ts';
import { size, tensor, type Tensor64 } from './tensor.ts';

export interface Case {
  /** Its outputs are the tensors whose gradients flow back. */
  graph: Graph;
  /** Values of the graph's inputs. */
  feeds: Map<string, Tensor64>;
  /** Inputs to differentiate by; default all. */
  by?: string[];
}

/** Single precision, so that the float64 reference and ONNX Runtime see the same numbers. */
export const rounded = (values: readonly number[], dims: readonly number[]): Tensor64 =>
  tensor(values.map(Math.fround), dims);

/** Adds Σ cᵢ·yᵢ over all outputs with random c: one scalar that every output element matters to. */
function withLoss(graph: Graph): Graph {
  const random = createRandom(7, 'loss');
  const b = new GraphBuilder(graph);
  const sums = graph.outputs.map(({ name }) => {
    const dims = b.dims(name);
    const factors = Array.from({ length: size(dims) }, () => random.normal());
    return b.add('ReduceSum', [b.add('Mul', [name, b.constant(factors.map(Math.fround), dims)])], { keepdims: 0 });
  });
  const loss = sums.reduce((x, y) => b.add('Add', [x, y]));
  b.add('Identity', [loss], {}, { outputs: ['test_loss'] });
  return b.output('test_loss').build();
}

export function assertClose(actual: Tensor64, expected: Tensor64, tolerance: number, what: string): void {
  assert.deepEqual([...actual.dims], [...expected.dims], `${what}: shape`);
  const scale = expected.data.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  for (let i = 0; i < expected.data.length; i++) {
    const error = Math.abs(actual.data[i]! - expected.data[i]!);
    assert.ok(
      error <= tolerance * scale,
      `${what}[${i}]: ${actual.data[i]} instead of ${expected.data[i]} (scale ${scale})`,
    );
  }
}

/** Central differences of `test_loss`. */
function finiteDifferences(graph: Graph, feeds: Map<string, Tensor64>, name: string, step: number): Tensor64 {
  const base = feeds.get(name)!;
  const out = tensor(base.data, base.dims);
  const lossAt = (i: number, delta: number): number => {
    const moved = { dims: base.dims, data: base.data.with(i, base.data[i]! + delta) };
    return interpret(graph, new Map(feeds).set(name, moved)).get('test_loss')!.data[0]!;
  };
  for (let i = 0; i < base.data.length; i++) out.data[i] = (lossAt(i, step) - lossAt(i, -step)) / (2 * step);
  return out;
}

/** Throws an assertion error where any of the comparisons fails. */
export async function checkGradients({ graph: forward, feeds, by }: Case): Promise<void> {
  const names = by ?? forward.inputs.map(value => value.name);
  const withScalar = withLoss(forward);
  const { graph, gradients } = differentiate(withScalar, { loss: 'test_loss', withRespectTo: names });
  const reference = interpret(graph, feeds);
  const runtime = await runGraph(graph, feeds);
  for (const { name } of forward.outputs)
    assertClose(runtime.get(name)!, reference.get(name)!, 2e-5, `forward ${name}`);
  for (const name of names) {
    const expected = finiteDifferences(withScalar, feeds, name, 1e-5);
    const gradient = gradients.get(name)!;
    assertClose(reference.get(gradient)!, expected, 1e-6, `d/d${name} in float64`);
    assertClose(runtime.get(gradient)!, expected, 2e-4, `d/d${name} by ONNX Runtime`);
  }
}
