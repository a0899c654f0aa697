import type { Preprocessing } from '../../../shared/backbone.ts';
import { HeadwayError } from '../../../shared/errors.ts';
import type { Backbone } from '../backbone.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/ir.ts';
import { prune } from '../../graph/prune.ts';
import { withPooling } from '../../graph/pooling.ts';
import { countOperations, countParameters, layersOf } from '../layers.ts';
import { findAnatomy } from './anatomy.ts';
import { findImageInput, openBatch, type Layout } from './imageInput.ts';
import { IMAGE, withPreprocessing } from './preprocess.ts';
import { withPlainOperators } from './quantised.ts';

export interface ImportOptions {
  preprocessing: Preprocessing;
  layout?: Layout;
  /** Edge of the images in pixels, for models that leave it open. */
  size?: number;
}

/** A network in the form Headway uses, and what is known of it from the graph alone. */
export interface ImportedGraph {
  /** From `image`, uint8 RGB [batch, height, width, 3], to feature map, pooled features and, if there are any, class scores. */
  graph: Graph;
  facts: Pick<Backbone, 'input' | 'boundaries' | 'featureMap' | 'logits' | 'classes' | 'parameters' | 'flops' | 'layers' | 'frozenOnly'>; // prettier-ignore
}

/** Any convolutional classifier of ONNX operator set 7 or later. Throws HeadwayError with a sentence about "it", the model. */
export function importGraph(model: Graph, { preprocessing, ...wanted }: ImportOptions): ImportedGraph {
  const image = findImageInput(model, wanted);
  const prepared = withPreprocessing(openBatch(withPlainOperators(model), image), image, preprocessing);
  const { featureMap, logits, classes } = findAnatomy(prepared);
  const outputs = addOutputs(prepared, featureMap, logits);
  const graph = prune(outputs.graph, { dropInputs: true });
  const frozenOnly = graph.nodes.some(node => /^(QLinear|Quantize|Dequantize|Dynamic)|Integer$/.test(node.opType));
  const { shape } = graph.outputs[1]!;
  const width = shape[1];
  if (shape[0] !== 'batch' || typeof width !== 'number')
    throw new HeadwayError('data', 'It computes only one image at a time; export it with an open batch dimension.');
  const layers = layersOf(graph, featureMap, outputs.pooled);
  return {
    graph,
    facts: {
      input: { name: IMAGE, height: image.height, width: image.width },
      boundaries: [{ name: 'pool', tensor: outputs.pooled, dims: [width] }],
      featureMap,
      ...(outputs.logits !== undefined && classes !== undefined && { logits: outputs.logits, classes }),
      ...(frozenOnly && { frozenOnly }),
      parameters: countParameters(graph),
      flops: countOperations(graph, outputs.logits ?? outputs.pooled),
      layers: frozenOnly ? layers.slice(0, 1) : layers,
    },
  };
}

/** Outputs feature map, pooled features [batch, C] and scores [batch, K], whatever the file called its outputs. */
function addOutputs(
  graph: Graph,
  featureMap: string,
  logits: string | undefined,
): { graph: Graph; pooled: string; logits: string | undefined } {
  const map = new GraphBuilder({ ...graph, outputs: [] }).output(featureMap).build();
  const pooledGraph = withPooling(map, 'average');
  const pooled = pooledGraph.outputs[0]!.name;
  const b = new GraphBuilder({ ...pooledGraph, outputs: [] }).output(featureMap, pooled);
  if (logits === undefined) return { graph: b.build(), pooled, logits };
  const flat = b.rank(logits) === 2 ? logits : b.add('Flatten', [logits], { axis: 1 }, { name: 'classifier/logits' });
  if (b.dim(flat, 0) !== 'batch')
    throw new HeadwayError('data', 'It computes only one image at a time; export it with an open batch dimension.');
  return { graph: b.output(flat).build(), pooled, logits: flat };
}
