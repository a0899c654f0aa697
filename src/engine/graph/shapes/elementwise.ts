import { broadcastShapes } from '../dims.ts';
import { ELEMENT_TYPES, intAttribute, type Dim, type ElementType } from '../ir.ts';
import type { Infer, TypeContext } from './context.ts';

/** Output like the first input. */
export const likeInput: Infer = (node, context) => [context.type(node.inputs[0]!)];

function broadcast(context: TypeContext, names: readonly string[]): readonly Dim[] | undefined {
  let shape: readonly Dim[] | undefined = [];
  for (const name of names) {
    const next = context.type(name);
    shape = shape && next && broadcastShapes(shape, next.shape);
  }
  return shape;
}

type Combine = (a: number, b: number) => number | undefined;

/** Arithmetic of shape values; open dimensions survive only where nothing changes them. */
function combine(context: TypeContext, names: readonly string[], rule: Combine): readonly Dim[] | undefined {
  const [a, b] = names.map(name => context.known(name));
  if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined;
  const out: number[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[a.length === 1 ? 0 : i];
    const y = b[b.length === 1 ? 0 : i];
    if (typeof x !== 'number' || typeof y !== 'number') return undefined;
    const value = rule(x, y);
    if (value === undefined) return undefined;
    out.push(value);
  }
  return out;
}

const broadcasting =
  (rule?: Combine): Infer =>
  (node, context) => {
    const shape = broadcast(context, node.inputs);
    const first = context.type(node.inputs[0]!);
    if (!shape || !first) return [undefined];
    const integer = first.type === 'int64' || first.type === 'int32';
    return [{ type: first.type, shape, value: rule && integer ? combine(context, node.inputs, rule) : undefined }];
  };

const comparison: Infer = (node, context) => {
  const shape = broadcast(context, node.inputs);
  return [shape && { type: 'bool', shape }];
};

const cast: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const to = intAttribute(node, 'to', 0);
  const type = (Object.keys(ELEMENT_TYPES) as ElementType[]).find(key => ELEMENT_TYPES[key] === to);
  return [input && type && { type, shape: input.shape, value: context.known(node.inputs[0]!) }];
};

/** Types of the quantised form: that of the zero point; float32 on the way back. */
const quantize: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const zero = context.type(node.inputs[2] ?? '');
  return [input && { type: zero?.type ?? 'uint8', shape: input.shape }];
};

const dequantize: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  return [input && { type: 'float32', shape: input.shape }];
};

const where: Infer = (node, context) => {
  const shape = broadcast(context, node.inputs);
  const value = context.type(node.inputs[1]!);
  return [shape && value && { type: value.type, shape }];
};

const dropout: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  return [input, input && { type: 'bool', shape: input.shape }];
};

const unaryNames =
  'Relu LeakyRelu PRelu Sigmoid HardSigmoid HardSwish Tanh Erf Gelu Softmax LogSoftmax Sqrt Exp Log Neg Abs Reciprocal ' +
  'Clip Sign Floor Ceil Round Elu Selu Celu Softplus Softsign Mish ThresholdedRelu Not Sin Cos CumSum Trilu';

export const elementwise: Readonly<Record<string, Infer>> = {
  ...Object.fromEntries(unaryNames.split(' ').map(name => [name, likeInput])),
  Identity: (node, context) => {
    const type = context.type(node.inputs[0]!);
    return [type && { ...type, value: context.known(node.inputs[0]!) }];
  },
  Add: broadcasting((a, b) => a + b),
  Sub: broadcasting((a, b) => a - b),
  Mul: broadcasting((a, b) => a * b),
  Div: broadcasting((a, b) => (b === 0 ? undefined : Math.trunc(a / b))),
  Pow: broadcasting(),
  Max: broadcasting(),
  Min: broadcasting(),
  Sum: broadcasting(),
  Mean: broadcasting(),
  Mod: broadcasting(),
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  And: comparison,
  Or: comparison,
  Xor: comparison,
  Cast: cast,
  Where: where,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  Dropout: dropout,
};
