/** Runs a graph with ONNX Runtime in float32. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../../../../src/engine/graph/ir.ts';
import { writeGraph } from '../../../../src/engine/graph/write.ts';
import { tensor, type Tensor64 } from './tensor.ts';

export async function runGraph(graph: Graph, feeds: ReadonlyMap<string, Tensor64>): Promise<Map<string, Tensor64>> {
  const session = await InferenceSession.create(Buffer.from(writeGraph(graph)), {
    intraOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  try {
    const inputs = graph.inputs.map(({ name }) => {
      const value = feeds.get(name)!;
      return [name, new OrtTensor('float32', Float32Array.from(value.data), [...value.dims])] as const;
    });
    const results = await session.run(Object.fromEntries(inputs));
    return new Map(
      Object.entries(results).map(([name, t]) => [
        name,
        tensor(Array.from(t.data as ArrayLike<number>, Number), t.dims),
      ]),
    );
  } finally {
    await session.release();
  }
}
