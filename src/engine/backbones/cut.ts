/** Where a backbone is cut: what is frozen (and cached), and what is trained. */
import { HeadwayError } from '../../shared/errors.ts';
import type { Pooling } from '../../shared/experiment.ts';
import { listBoundaries } from '../graph/boundaries.ts';
import { isStatic } from '../graph/dims.ts';
import { foldConstants } from '../graph/fold.ts';
import type { Graph } from '../graph/ir.ts';
import { withPooling } from '../graph/pooling.ts';
import { readGraph } from '../graph/read.ts';
import { sliceGraph } from '../graph/slice.ts';
import { parameterCount, trainableParameters } from '../graph/trainable.ts';
import { readBackboneModel, type Backbone } from './registry.ts';

export interface Cut {
  /** From pixels to the one tensor whose values are cached. */
  frozen: Graph;
  /** Names that tensor in the cache: the same name always stands for the same values of the same backbone. */
  name: string;
  /** Of one image's values: [width] for a vector, [C, H, W] for a feature map. */
  dims: number[];
  /** What is trained of the backbone: from the cut to the last feature map. Absent when all of it is frozen. */
  tail?: Graph;
}

/**
 * `pool`: all is frozen, and the pooled last feature map is cached. `last-conv`, `conv:K`, `percent:X`: the last convolutions are trained,
 * and the feature map before them is cached. Throws HeadwayError('invalid') for another text.
 */
export async function cutBackbone(backbone: Backbone, boundary: string, pooling: Pooling = 'average'): Promise<Cut> {
  const whole = readGraph(await readBackboneModel(backbone), backbone.file);
  if (boundary === 'pool') return cutAtPool(whole, backbone, pooling);
  if (backbone.frozenOnly)
    throw new HeadwayError(
      'invalid',
      `The layers of ${backbone.title} are quantised and cannot be trained; choose the boundary pool, or another backbone.`,
    );
  const features = foldConstants(sliceGraph(whole, backbone.featureMap).head);
  const { tensor } = boundaryBefore(features, firstTrained(features, boundary));
  const { head, tail } = sliceGraph(features, tensor);
  return { frozen: head, name: tensor, dims: dimsOf(head), tail };
}

function cutAtPool(whole: Graph, backbone: Backbone, pooling: Pooling): Cut {
  const pooled = backbone.boundaries.find(b => b.name === 'pool');
  if (pooling === 'average' && pooled) {
    const frozen = sliceGraph(whole, pooled.tensor).head;
    return { frozen, name: pooled.tensor, dims: dimsOf(frozen) };
  }
  const frozen = withPooling(sliceGraph(whole, backbone.featureMap).head, pooling);
  return { frozen, name: `${backbone.featureMap}|${pooling}`, dims: dimsOf(frozen) };
}

/** Index of the first node that is trained. */
function firstTrained(graph: Graph, boundary: string): number {
  const convolutions = graph.nodes.flatMap((node, i) => (node.opType === 'Conv' ? [i] : []));
  const count = /^conv:(\d+)$/.exec(boundary)?.[1] ?? (boundary === 'last-conv' ? '1' : undefined);
  if (count !== undefined) {
    const k = Number(count);
    if (k >= 1 && k <= convolutions.length) return convolutions.at(-k)!;
    throw new HeadwayError(
      'invalid',
      `"${boundary}": the backbone has ${convolutions.length} convolution layers; give conv:1 to conv:${convolutions.length}.`,
    );
  }
  const percent = Number(/^percent:(\d+(?:\.\d+)?)$/.exec(boundary)?.[1]);
  if (!(percent > 0 && percent <= 100))
    throw new HeadwayError('invalid', `"${boundary}" is not a boundary: give pool, last-conv, conv:3 or percent:10.`);
  const all = parameterCount(trainableParameters(graph, ''));
  const enough = convolutions.findLast(
    i => parameterCount(trainableParameters({ ...graph, nodes: graph.nodes.slice(i) }, '')) >= (percent / 100) * all,
  );
  return enough ?? convolutions[0]!;
}

/** The last tensor before node `index` at which the graph can be cut. */
function boundaryBefore(graph: Graph, index: number): { tensor: string } {
  const found = listBoundaries(graph).findLast(b => b.index <= index);
  if (found) return found;
  throw new HeadwayError('invalid', 'The backbone cannot be cut that early; train fewer of its layers.');
}

function dimsOf(graph: Graph): number[] {
  const dims = graph.outputs[0]!.shape.slice(1);
  if (!isStatic(dims))
    throw new HeadwayError('invalid', `The size of tensor "${graph.outputs[0]!.name}" is not fixed.`);
  return [...dims];
}
