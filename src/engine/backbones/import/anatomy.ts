/** Finds the parts of a classification network: last feature map, classifier, class scores. */
import { HeadwayError } from '../../../shared/errors.ts';
import { listBoundaries } from '../../graph/boundaries.ts';
import { isStatic } from '../../graph/dims.ts';
import { producers, type Graph, type Node, type Shape } from '../../graph/ir.ts';
import { prune } from '../../graph/prune.ts';
import { inferShapes } from '../../graph/shapes.ts';

export interface Anatomy {
  /** [batch, C, H, W], H · W > 1. */
  featureMap: string;
  /** Class scores before any Softmax: [batch, K] or [batch, K, 1, 1]. Absent where the network ends without a classifier. */
  logits?: string;
  classes?: number;
}

/** Operators between the classifier and the end that change nothing about which class is which. */
const AFTER = new Set(
  'Softmax LogSoftmax Identity Dropout Flatten Reshape Squeeze Unsqueeze Cast Transpose QuantizeLinear DequantizeLinear Relu Clip GlobalAveragePool AveragePool ReduceMean Add'.split(' '),
); // prettier-ignore
const POOLING = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean']);
const CLASSIFIERS = new Set(['Gemm', 'MatMul', 'Conv']);
/** A 1 × 1 convolution before pooling is a classifier only where its size says so, or a Softmax follows. */
const IMAGENET_SIZES = [1000, 1001];

/** Throws HeadwayError('data') where no feature map is found: a transformer, a plain perceptron, or another kind of model. */
export function findAnatomy(graph: Graph): Anatomy {
  const types = inferShapes(graph);
  const makers = producers(graph.nodes);
  for (const { name } of graph.outputs) {
    const found = findClassifier(graph, name, makers, types);
    const featureMap = found && lastFeatureMap(graph, found.features);
    if (featureMap !== undefined) return { featureMap, logits: found!.logits, classes: found!.classes };
  }
  for (const { name } of graph.outputs) {
    const featureMap = lastFeatureMap(graph, name);
    if (featureMap !== undefined) return { featureMap };
  }
  throw new HeadwayError(
    'data',
    'No convolution with a feature map behind it was found; only convolutional classification networks can be used.',
  );
}

type Types = ReturnType<typeof inferShapes>;

interface Classifier {
  logits: string;
  classes: number;
  /** What the classifier reads. */
  features: string;
}

function findClassifier(
  graph: Graph,
  output: string,
  makers: ReadonlyMap<string, Node>,
  types: Types,
): Classifier | undefined {
  let logits = output;
  let pooled = false;
  let soft = false;
  for (let at = output, node = makers.get(at); node; node = makers.get(at)) {
    if (CLASSIFIERS.has(node.opType) && hasWeights(graph, node, makers)) {
      const classes = classesOf(types.get(logits)?.shape);
      if (classes === undefined || (pooled && !soft && !IMAGENET_SIZES.includes(classes))) return undefined;
      return { logits, classes, features: node.inputs[0]! };
    }
    if (!AFTER.has(node.opType)) return undefined;
    const data = dataInput(graph, node, makers);
    if (data === undefined) return undefined;
    if (node.opType.endsWith('Softmax')) {
      soft = true;
      logits = data;
    }
    pooled ||= POOLING.has(node.opType);
    at = data;
  }
  return undefined;
}

/** Gemm, MatMul or a 1 × 1 Conv whose second input is constant, or a constant on its way through Dequantize, Transpose, Cast. */
function hasWeights(graph: Graph, node: Node, makers: ReadonlyMap<string, Node>): boolean {
  const weight = node.inputs[1] ?? '';
  if (node.opType === 'Conv') {
    const dims = constantDims(graph, weight, makers);
    return dims !== undefined && dims.slice(2).every(size => size === 1);
  }
  return constantDims(graph, weight, makers) !== undefined;
}

function constantDims(graph: Graph, name: string, makers: ReadonlyMap<string, Node>): readonly number[] | undefined {
  for (let at = name, steps = 0; steps < 6; steps++) {
    const tensor = graph.initializers.get(at);
    if (tensor) return tensor.dims;
    const maker = makers.get(at);
    if (!maker) return undefined;
    at = maker.inputs[0] ?? '';
  }
  return undefined;
}

/** The one input that is not constant. */
function dataInput(graph: Graph, node: Node, makers: ReadonlyMap<string, Node>): string | undefined {
  if (node.opType !== 'Add') return node.inputs[0];
  const data = node.inputs.filter(name => constantDims(graph, name, makers) === undefined);
  return data.length === 1 ? data[0] : undefined;
}

function classesOf(shape: Shape | undefined): number | undefined {
  const [, classes, ...rest] = shape ?? [];
  return typeof classes === 'number' && classes > 1 && rest.every(dim => dim === 1) ? classes : undefined;
}

/** Operators that end the part that has places: behind them there are only vectors, or another layout. */
const ENDS = new Set(
  'Transpose Reshape Flatten GlobalAveragePool GlobalMaxPool ReduceMean Squeeze Dropout Identity'.split(' '),
);

/** The last tensor with places before pooling that all data passes, behind the last convolution that has places. */
function lastFeatureMap(graph: Graph, target: string): string | undefined {
  const types = inferShapes(graph);
  const shape = types.get(target);
  if (!shape) return undefined;
  const before = prune({ ...graph, outputs: [{ name: target, ...shape }] });
  const last = before.nodes.findLastIndex(node => node.opType === 'Conv' && isMap(types.get(node.outputs[0]!)?.shape));
  if (last < 0) return undefined;
  const makers = producers(before.nodes);
  let found: string | undefined;
  for (const { tensor, index } of listBoundaries(before, target)) {
    if (index <= last) continue;
    const maker = makers.get(tensor);
    if (!maker || ENDS.has(maker.opType) || !isMap(types.get(tensor)?.shape)) break;
    found = tensor;
  }
  if (found === undefined) return undefined;
  // Attention behind the last convolution: that convolution only cuts the image into patches.
  const rest = before.nodes.slice(before.nodes.indexOf(makers.get(found)!));
  return rest.some(node => node.opType === 'Softmax' || node.opType.endsWith('Attention')) ? undefined : found;
}

const isMap = (shape: Shape | undefined): boolean =>
  shape?.length === 4 && isStatic(shape.slice(1)) && (shape[2] as number) * (shape[3] as number) > 1;
