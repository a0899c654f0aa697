import { HeadwayError } from '../../shared/errors.ts';
import {
  ELEMENT_BYTES,
  floatAttribute,
  intAttribute,
  intsAttribute,
  readsOf,
  type Graph,
  type Node,
  type Tensor,
} from './ir.ts';
import { prune } from './prune.ts';
import { TypeTable } from './shapes.ts';
import { floatsOf, floatTensor, intTensor, sizeOf } from './tensors.ts';

/**
 * Replaces what follows from constants: Cast (half-precision weights become float32 initializers under the Cast's output name),
 * Identity, Reshape, Flatten, Squeeze, Unsqueeze and Transpose of initializers, and shape arithmetic. Other constant operators are left
 * to the runtime.
 */
export function foldConstants(graph: Graph): Graph {
  const table = new TypeTable(graph);
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(value => value.name));
  const nodes = graph.nodes.filter(node => {
    const name = node.outputs[0]!;
    if (node.domain !== '' || node.outputs.length !== 1 || outputs.has(name)) return true;
    const tensor = shapeValue(table, name) ?? evaluate(node, initializers.get(node.inputs[0] ?? ''), table);
    if (tensor) initializers.set(name, tensor);
    return !tensor;
  });
  return prune({ ...graph, nodes, initializers });
}

/** A shape worked out by inference, as a constant. */
function shapeValue(table: TypeTable, name: string): Tensor | undefined {
  const value = table.known(name);
  const type = table.type(name);
  if (!value || type?.type !== 'int64' || !value.every(v => typeof v === 'number')) return undefined;
  return intTensor(value, type.shape as number[]);
}

const movesNothing = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

function evaluate(node: Node, input: Tensor | undefined, table: TypeTable): Tensor | undefined {
  const type = table.type(node.outputs[0]!);
  if (!input || !type || !type.shape.every(dim => typeof dim === 'number')) return undefined;
  const dims = type.shape;
  if (movesNothing.has(node.opType)) return { ...input, dims };
  if (node.opType === 'Cast') {
    if (type.type === input.type) return input;
    if (type.type === 'float32') return floatTensor(floatsOf(input), dims);
    return undefined;
  }
  if (node.opType === 'Transpose') {
    const rank = dims.length;
    return transposed(input, intsAttribute(node, 'perm') ?? dims.map((_, i) => rank - 1 - i));
  }
  return undefined;
}

function transposed(input: Tensor, permutation: readonly number[]): Tensor {
  const bytes = ELEMENT_BYTES[input.type];
  const strides = input.dims.map((_, i) => sizeOf(input.dims.slice(i + 1)));
  const dims = permutation.map(axis => input.dims[axis]!);
  const steps = permutation.map(axis => strides[axis]!);
  const data = new Uint8Array(input.data.byteLength);
  const index = dims.map(() => 0);
  for (let out = 0, at = 0; out < data.byteLength; out += bytes) {
    data.set(input.data.subarray(at * bytes, at * bytes + bytes), out);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      at += steps[axis]!;
      if (index[axis]! < dims[axis]!) break;
      at -= index[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
  return { type: input.type, dims, data };
}

/**
 * Folds BatchNormalization in inference mode into the Conv or Gemm before it: W ← W·γ/√(σ² + ε) per output channel,
 * b ← (b − μ)·γ/√(σ² + ε) + β. Only where nothing else reads the result in between and all of it is constant.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const readers = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(v => v.name)])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const initializers = new Map(graph.initializers);
  const nodes = [...graph.nodes];
  for (const [i, node] of graph.nodes.entries()) {
    if (node.opType !== 'BatchNormalization' || intAttribute(node, 'training_mode', 0) === 1) continue;
    const at = nodes.findIndex(n => n.outputs[0] === node.inputs[0]);
    const before = nodes[at];
    if (!before || readers.get(node.inputs[0]!) !== 1) continue;
    const folded = foldInto(before, node, initializers);
    if (!folded) continue;
    nodes[at] = { ...folded, outputs: [node.outputs[0]!] };
    nodes[i] = { ...node, outputs: [] };
  }
  return prune({ ...graph, nodes: nodes.filter(node => node.outputs.length > 0), initializers });
}

function foldInto(before: Node, norm: Node, initializers: Map<string, Tensor>): Node | undefined {
  const weight = initializers.get(before.inputs[1] ?? '');
  const bias = before.inputs[2] ?? '';
  const statistics = norm.inputs.slice(1).map(name => initializers.get(name));
  const axis = outputAxis(before);
  if (axis === undefined || weight?.type !== 'float32' || statistics.includes(undefined)) return undefined;
  if (bias !== '' && initializers.get(bias)?.type !== 'float32') return undefined;
  const [scale, shift, mean, variance] = statistics.map(t => floatsOf(t!)) as [Float32Array, Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const epsilon = floatAttribute(norm, 'epsilon', 1e-5);
  const gain = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon));
  const channels = weight.dims[axis]!;
  if (channels !== gain.length) return undefined;
  const old = bias === '' ? new Float32Array(channels) : floatsOf(initializers.get(bias)!);
  if (old.length !== channels) return undefined;
  const inner = sizeOf(weight.dims.slice(axis + 1));
  const name = (kind: string): string => {
    const stem = `${norm.outputs[0]}/${kind}`;
    if (initializers.has(stem)) throw new HeadwayError('invalid', `The model already has a tensor named "${stem}".`);
    return stem;
  };
  const [weightName, biasName] = [name('folded_weight'), name('folded_bias')];
  const values = floatsOf(weight).map((w, i) => w * gain[Math.floor(i / inner) % channels]!);
  initializers.set(weightName, floatTensor(values, weight.dims));
  initializers.set(biasName, floatTensor(old.map((o, c) => (o - mean[c]!) * gain[c]! + shift[c]!), [channels])); // prettier-ignore
  return { ...before, inputs: [before.inputs[0]!, weightName, biasName] };
}

/** Axis of the weight that counts output channels, for nodes BatchNormalization can be folded into. */
function outputAxis(node: Node): number | undefined {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Conv') return 0;
  if (node.opType !== 'Gemm') return undefined;
  const plain = floatAttribute(node, 'alpha', 1) === 1 && floatAttribute(node, 'beta', 1) === 1;
  return plain ? 1 - intAttribute(node, 'transB', 0) : undefined;
}
