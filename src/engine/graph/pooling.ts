import type { Pooling } from '../../shared/experiment.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './ir.ts';

/** Adds what turns the graph's one output, a feature map [batch, C, H, W], into a vector [batch, width]. */
export function withPooling(graph: Graph, pooling: Pooling): Graph {
  const map = graph.outputs[0]!.name;
  const b = new GraphBuilder({ ...graph, outputs: [] });
  const flat = (x: string) => b.add('Flatten', [x], { axis: 1 });
  const vector = {
    average: () => flat(b.add('GlobalAveragePool', [map])),
    max: () => flat(b.add('GlobalMaxPool', [map])),
    both: () =>
      b.add('Concat', [flat(b.add('GlobalAveragePool', [map])), flat(b.add('GlobalMaxPool', [map]))], { axis: 1 }),
    flatten: () => flat(map),
  }[pooling]();
  return b.output(vector).build();
}
