import { broadcastShapes, normalAxis } from '../dims.ts';
import { intAttribute, intsAttribute, type Node } from '../ir.ts';
import { knownInts, type Infer, type TypeContext } from './context.ts';

const gemm: Infer = (node, context) => {
  const a = context.type(node.inputs[0]!);
  const b = context.type(node.inputs[1]!);
  if (!a || !b) return [undefined];
  const rows = a.shape[intAttribute(node, 'transA', 0) ? 1 : 0]!;
  const columns = b.shape[intAttribute(node, 'transB', 0) ? 0 : 1]!;
  return [{ type: a.type, shape: [rows, columns] }];
};

const matMul: Infer = (node, context) => {
  const a = context.type(node.inputs[0]!);
  const b = context.type(node.inputs[1]!);
  if (!a || !b) return [undefined];
  const x = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const y = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const batch = broadcastShapes(x.slice(0, -2), y.slice(0, -2));
  if (!batch) return [undefined];
  const shape = [...batch];
  if (a.shape.length > 1) shape.push(x.at(-2)!);
  if (b.shape.length > 1) shape.push(y.at(-1)!);
  return [{ type: a.type, shape }];
};

/**
 * Axes a Reduce operator reduces, counted from the front: an attribute in old versions, an input since 13 (ReduceSum) or 18.
 * All axes where none are given; undefined where they are not constant.
 */
export function reducedAxes(node: Node, context: TypeContext, rank: number): readonly number[] | undefined {
  const given = node.inputs[1];
  const axes = given !== undefined && given !== '' ? knownInts(context, given) : (intsAttribute(node, 'axes') ?? []);
  if (!axes) return undefined;
  if (axes.length > 0) return axes.map(axis => normalAxis(axis, rank)).toSorted((a, b) => a - b);
  return intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, i) => i);
}

const reduce: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const axes = input && reducedAxes(node, context, input.shape.length);
  if (!axes) return [undefined];
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  const shape = input.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)).filter((_, i) => keep || !axes.includes(i));
  return [{ type: input.type, shape }];
};

const arg: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  if (!input) return [undefined];
  const axis = normalAxis(intAttribute(node, 'axis', 0), input.shape.length);
  const shape =
    intAttribute(node, 'keepdims', 1) === 1 ? input.shape.with(axis, 1) : input.shape.filter((_, i) => i !== axis);
  return [{ type: 'int64', shape }];
};

const reduceNames = 'Sum Mean Max Min Prod SumSquare L1 L2 LogSum LogSumExp';

export const matrix: Readonly<Record<string, Infer>> = {
  Gemm: gemm,
  MatMul: matMul,
  ...Object.fromEntries(reduceNames.split(' ').map(name => [`Reduce${name}`, reduce])),
  ArgMax: arg,
  ArgMin: arg,
};
