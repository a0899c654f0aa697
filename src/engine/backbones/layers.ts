/** The places at which a backbone can be cut, in the field's words, and what a network costs. */
import type { BackboneLayer } from '../../shared/backbone.ts';
import { listBoundaries, type Boundary } from '../graph/boundaries.ts';
import { isStatic } from '../graph/dims.ts';
import { foldConstants } from '../graph/fold.ts';
import { intAttribute, producers, type Graph, type Node } from '../graph/ir.ts';
import { prune } from '../graph/prune.ts';
import { bindDimensions, inferShapes } from '../graph/shapes.ts';
import { sliceGraph } from '../graph/slice.ts';
import { sizeOf } from '../graph/tensors.ts';
import { parameterCount, trainableParameters } from '../graph/trainable.ts';

/**
 * Pooled features first, then every place before a convolution at which the graph can be cut, from the end to the beginning. `conv:K`
 * names the fewest trained convolutions for which `cutBackbone` cuts there. `pooled` [batch, C] and `featureMap` are tensors of the graph.
 */
export function layersOf(graph: Graph, featureMap: string, pooled: string): BackboneLayer[] {
  const types = inferShapes(graph);
  const layers: BackboneLayer[] = [
    { boundary: 'pool', title: 'pooled features', tensor: pooled, dims: types.get(pooled)!.shape.slice(1) as number[], trained: 0 },
  ]; // prettier-ignore
  const features = foldConstants(sliceGraph(graph, featureMap).head);
  const boundaries = listBoundaries(features);
  const titles = titlesOf(features, boundaries);
  const convolutions = features.nodes.flatMap((node, i) => (node.opType === 'Conv' ? [i] : []));
  for (const [k, at] of convolutions.toReversed().entries()) {
    const place = boundaries.findLast(b => b.index <= at);
    const dims = place?.type?.shape.slice(1);
    if (!place || !dims || !isStatic(dims) || layers.at(-1)!.tensor === place.tensor) continue;
    layers.push({
      boundary: `conv:${k + 1}`,
      title: k === 0 ? `before the last convolution (${titles.get(place.tensor)!})` : titles.get(place.tensor)!,
      tensor: place.tensor,
      dims: [...dims],
      trained: parameterCount(trainableParameters({ ...features, nodes: features.nodes.slice(place.index) }, '')),
    });
  }
  return layers;
}

/** "after block4_pool", "after residual block 7", "after concatenation 12", "after convolution 3". */
function titlesOf(graph: Graph, boundaries: readonly Boundary[]): Map<string, string> {
  const makers = producers(graph.nodes);
  const counts = { pool: 0, residual: 0, concatenation: 0, convolution: 0 };
  const numbers = new Map<Node, string>();
  const types = inferShapes(graph);
  const channels = (name: string): boolean => types.get(name)?.shape.length === 4 && !graph.initializers.has(name);
  for (const node of graph.nodes) {
    const { opType } = node;
    if (opType === 'Conv') counts.convolution++;
    if (opType === 'MaxPool') numbers.set(node, `after block${++counts.pool}_pool`);
    else if (opType === 'Add' && node.inputs.every(channels)) numbers.set(node, `after residual block ${++counts.residual}`);
    else if (opType === 'Concat') numbers.set(node, `after concatenation ${++counts.concatenation}`);
    else if (counts.convolution > 0) numbers.set(node, inherited(node, numbers, makers) ?? `after convolution ${counts.convolution}`); // prettier-ignore
  }
  return new Map(boundaries.map(({ tensor }) => [tensor, numbers.get(makers.get(tensor)!) ?? 'the prepared image']));
}

/** An activation or normalisation behind a block still belongs to it. */
function inherited(
  node: Node,
  numbers: ReadonlyMap<Node, string>,
  makers: ReadonlyMap<string, Node>,
): string | undefined {
  if (node.opType === 'Conv') return undefined;
  const maker = makers.get(node.inputs[0] ?? '');
  return maker && numbers.get(maker);
}

/** Numbers in the network's weights, running statistics aside. Quantised weights count like others, without their biases. */
export function countParameters(graph: Graph): number {
  const folded = foldConstants(graph);
  const quantised = [...folded.initializers.values()].filter(
    ({ type, dims }) => dims.length > 1 && (type === 'int8' || type === 'uint8'),
  );
  return quantised.reduce((sum, { dims }) => sum + sizeOf(dims), parameterCount(trainableParameters(folded, '')));
}

/** Operations for one image, up to `output`: two for each multiply-add of Conv, Gemm and MatMul, the way Canziani et al. 2016 count. */
export function countOperations(graph: Graph, output: string): number {
  const types = inferShapes(bindDimensions(graph, { batch: 1 }));
  const { nodes } = prune({ ...graph, outputs: [{ name: output, type: 'float32', shape: [] }] });
  return nodes.reduce((sum, node) => sum + 2 * multiplyAdds(node, name => types.get(name)?.shape), 0);
}

function multiplyAdds(node: Node, shapeOf: (name: string) => readonly (number | string)[] | undefined): number {
  const sizes = (name: string | undefined): readonly number[] | undefined => {
    const shape = shapeOf(name ?? '');
    return shape && isStatic(shape) ? shape : undefined;
  };
  const out = sizes(node.outputs[0]);
  const [a, b] = [sizes(node.inputs[0]), sizes(node.inputs[1])];
  if (!out || !a || !b) return 0;
  if (node.opType === 'Conv') return sizeOf(out) * sizeOf(b.slice(1));
  if (node.opType === 'Gemm') return sizeOf(out) * a[intAttribute(node, 'transA', 0) === 1 ? 0 : 1]!;
  return node.opType === 'MatMul' ? sizeOf(out) * a.at(-1)! : 0;
}
