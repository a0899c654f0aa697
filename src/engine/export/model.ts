import type { Cut } from '../backbones/cut.ts';
import type { Backbone } from '../backbones/registry.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/ir.ts';
import { mergeGraphs } from '../graph/merge.ts';
import { evaluationGraph } from '../graph/trainingStep.ts';
import { writeGraph } from '../graph/write.ts';
import { FEATURES } from '../train/trainable.ts';

export const MODEL_INPUT = 'image';
export const MODEL_OUTPUT = 'logits';

/** The whole classifier as one ONNX file: pixels → frozen part → trained part → `logits` and `probabilities`. */
export function buildModel(backbone: Backbone, { frozen }: Cut, trained: Graph): Uint8Array {
  const whole = mergeGraphs(frozen, evaluationGraph(trained), { [frozen.outputs[0]!.name]: FEATURES });
  return writeGraph(new GraphBuilder(whole).build(`Headway: ${backbone.name}`));
}
