/**
 * Quantised operators (QLinearConv, QGemm, …) written as Dequantize, the plain operator, Quantize. The runtime joins them again, and
 * everything else then sees a network of ordinary operators. Definitions: ONNX's Operators.md, ONNX Runtime's ContribOperators.md.
 */
import { HeadwayError } from '../../../shared/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { intAttribute, titleOf, type Graph, type Node } from '../../graph/ir.ts';
import { floatsOf, sizeOf } from '../../graph/tensors.ts';

const OWN = /^QLinear|^QGemm$|Integer$|^DynamicQuantize/;

interface Plain {
  opType: string;
  /** In float32. */
  inputs: string[];
  /** Scale and zero point of the result; '' where it is float32. */
  result: readonly [scale: string, zeroPoint: string];
}

/** Throws HeadwayError('data') for quantised operators of other kinds. */
export function withPlainOperators(graph: Graph): Graph {
  if (!graph.nodes.some(node => OWN.test(node.opType))) return graph;
  const b = new GraphBuilder({ ...graph, nodes: [], outputs: [] });
  b.reserve(graph.nodes.flatMap(node => node.outputs));
  for (const node of graph.nodes) {
    if (OWN.test(node.opType)) append(b, node, plain(b, node));
    else b.append(node);
  }
  const outputs = graph.outputs.map(({ name, type, shape }) => ({ name, ...(b.table.type(name) ?? { type, shape }) }));
  return { ...b.build(), outputs };
}

function plain(b: GraphBuilder, node: Node): Plain {
  const at = (i: number): string => node.inputs[i] ?? '';
  /** The three inputs from `i` on: values, scale, zero point. */
  const float = (i: number, axis?: number): string => dequantised(b, [at(i), at(i + 1), at(i + 2)], axis);
  const withBias = (inputs: string[], bias: string): string[] =>
    bias === '' ? inputs : [...inputs, biasOf(b, bias, at(1), at(4))];
  const opType = node.opType.replace(/^QLinear|^Q(?=Gemm)/, '');
  switch (node.opType) {
    case 'QLinearConv':
      return { opType, inputs: withBias([float(0), float(3, 0)], at(8)), result: [at(6), at(7)] };
    case 'QGemm': {
      const axis = 1 - intAttribute(node, 'transB', 0);
      return { opType, inputs: withBias([float(0), float(3, axis)], at(6)), result: [at(7), at(8)] };
    }
    case 'QLinearMatMul':
      return { opType, inputs: [float(0), float(3, 1)], result: [at(6), at(7)] };
    case 'QLinearAdd':
    case 'QLinearMul':
      return { opType, inputs: [float(0), float(3)], result: [at(6), at(7)] };
    case 'QLinearConcat': {
      const parts = Array.from({ length: (node.inputs.length - 2) / 3 }, (_, i) => float(2 + 3 * i));
      return { opType, inputs: parts, result: [at(0), at(1)] };
    }
    case 'QLinearSigmoid':
    case 'QLinearLeakyRelu':
    case 'QLinearSoftmax':
    case 'QLinearAveragePool':
    case 'QLinearGlobalAveragePool':
      if (intAttribute(node, 'channels_last', 0) === 0) return { opType, inputs: [float(0)], result: [at(3), at(4)] };
  }
  throw new HeadwayError(
    'data',
    `Its quantised operator ${titleOf(node)} is not supported; export it in the QDQ form, or use the float model.`,
  );
}

function dequantised(b: GraphBuilder, parts: readonly string[], axis: number | undefined): string {
  const scale = b.initializers.get(parts[1]!);
  const perChannel = axis !== undefined && scale !== undefined && sizeOf(scale.dims) > 1;
  return b.add('DequantizeLinear', parts[2] === '' ? parts.slice(0, 2) : parts, perChannel ? { axis } : {});
}

/** A bias is int32 in units of input scale times weight scale, all constant. */
function biasOf(b: GraphBuilder, bias: string, inputScale: string, weightScale: string): string {
  const [values, x, w] = [bias, inputScale, weightScale].map(name => b.initializers.get(name));
  if (!values || !x || !w) throw new HeadwayError('data', `Its quantised bias "${bias}" is not constant.`);
  const scale = floatsOf(x)[0]!;
  const scales = floatsOf(w);
  return b.constant([...floatsOf(values).map((v, i) => v * scale * (scales[i] ?? scales[0]!))], values.dims);
}

/** The plain operator, and Quantize behind it where the result is quantised. */
function append(b: GraphBuilder, node: Node, { opType, inputs, result: [scale, zeroPoint] }: Plain): void {
  const { channels_last: _, ...attributes } = node.attributes;
  const name = node.outputs[0]!;
  const output = scale === '' ? name : b.fresh(`${name}/float`);
  b.append({ name: node.name, opType, domain: '', inputs, outputs: [output], attributes });
  if (scale === '') return;
  const parts = zeroPoint === '' ? [output, scale] : [output, scale, zeroPoint];
  b.append({
    name: `${node.name}/quantised`,
    opType: 'QuantizeLinear',
    domain: '',
    inputs: parts,
    outputs: [name],
    attributes: {},
  });
}
