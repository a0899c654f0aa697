/** Runs a graph with ONNX Runtime in float32. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../../../../src/engine/graph/ir.ts';
import { writeGraph } from '../../../../src/engine/graph/write.ts';
import { tensor, type Tensor64 } from './tensor.ts';

type Feeds = ReadonlyMap<string, Tensor64>;

export interface Run {
  (feeds: Feeds): Promise<Map<string, Tensor64>>;
  close: () => Promise<void>;
}

/** A session on one thread. Only float32 and uint8 inputs occur in tests. */
export async function openSession(graph: Graph): Promise<Run> {
  const session = await InferenceSession.create(Buffer.from(writeGraph(graph)), {
    intraOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const run = async (feeds: Feeds): Promise<Map<string, Tensor64>> => {
    const inputs = graph.inputs.map(({ name, type }) => {
      const { data, dims } = feeds.get(name)!;
      const values =
        type === 'uint8'
          ? new OrtTensor('uint8', new Uint8Array(data), [...dims])
          : new OrtTensor('float32', new Float32Array(data), [...dims]);
      return [name, values] as const;
    });
    const results = await session.run(Object.fromEntries(inputs));
    return new Map(
      Object.entries(results).map(([name, t]) => [
        name,
        tensor(
          t.type === 'bool' || t.type === 'int64'
            ? Array.from(t.data as ArrayLike<number>, Number)
            : (t.data as Float32Array),
          t.dims,
        ),
      ]),
    );
  };
  return Object.assign(run, { close: () => session.release() });
}

/** All outputs of one run. */
export async function runGraph(graph: Graph, feeds: Feeds): Promise<Map<string, Tensor64>> {
  const run = await openSession(graph);
  try {
    return await run(feeds);
  } finally {
    await run.close();
  }
}
