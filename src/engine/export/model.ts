import { readBackboneModel, type Backbone } from '../backbones/registry.ts';
import { findBoundary } from '../features/backboneSession.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/ir.ts';
import { mergeGraphs } from '../graph/merge.ts';
import { readGraph } from '../graph/read.ts';
import { sliceGraph } from '../graph/slice.ts';
import { writeGraph } from '../graph/write.ts';

export const MODEL_INPUT = 'image';
export const MODEL_OUTPUT = 'logits';

/** The whole classifier as one ONNX file: pixels → backbone up to the boundary → head → `logits` and `probabilities`. */
export async function buildModel(backbone: Backbone, boundary: string, head: Graph): Promise<Uint8Array> {
  const { tensor } = findBoundary(backbone, boundary);
  const frozen = sliceGraph(readGraph(await readBackboneModel(backbone), backbone.file), tensor).head;
  const whole = mergeGraphs(frozen, head, { [tensor]: 'features' });
  const b = new GraphBuilder(whole);
  b.output(b.add('Softmax', [MODEL_OUTPUT], { axis: -1 }, { outputs: ['probabilities'] }));
  return writeGraph(b.build(`Headway: ${backbone.name}`));
}
