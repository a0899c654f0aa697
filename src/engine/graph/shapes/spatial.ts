import { HeadwayError } from '../../../shared/errors.ts';
import { intAttribute, intsAttribute, stringAttribute, titleOf, type Dim, type Node, type Shape } from '../ir.ts';
import { knownInts, type Infer, type TypeContext } from './context.ts';

/** A sliding window over the spatial axes, all values explicit. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after, per axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly ceil: boolean;
}

/** Reads window attributes; `auto_pad` is resolved with the input's spatial sizes. */
export function windowOf(node: Node, kernel: readonly number[], spatial: Shape): Window {
  const rank = kernel.length;
  const strides = intsAttribute(node, 'strides') ?? Array<number>(rank).fill(1);
  const dilations = intsAttribute(node, 'dilations') ?? Array<number>(rank).fill(1);
  const pads = intsAttribute(node, 'pads') ?? Array<number>(2 * rank).fill(0);
  const auto = stringAttribute(node, 'auto_pad', 'NOTSET');
  const ceil = intAttribute(node, 'ceil_mode', 0) === 1;
  if (auto === 'NOTSET' || auto === '')
    return { kernel, strides, dilations, before: pads.slice(0, rank), after: pads.slice(rank), ceil };
  const before: number[] = [];
  const after: number[] = [];
  for (let i = 0; i < rank; i++) {
    const size = spatial[i];
    let total = 0;
    if (auto !== 'VALID') {
      if (typeof size !== 'number')
        throw new HeadwayError('invalid', `Node ${titleOf(node)} pads automatically but its input has an open size.`);
      const out = Math.ceil(size / strides[i]!);
      total = Math.max(0, (out - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size);
    }
    const small = Math.floor(total / 2);
    before.push(auto === 'SAME_LOWER' ? total - small : small);
    after.push(auto === 'SAME_LOWER' ? small : total - small);
  }
  return { kernel, strides, dilations, before, after, ceil };
}

/** Output size along spatial axis `i`. With ceil the last window must start inside the input or its left padding (as ORT and PyTorch do). */
export function windowOutput(window: Window, i: number, size: number): number {
  const extent = window.dilations[i]! * (window.kernel[i]! - 1) + 1;
  const span = size + window.before[i]! + window.after[i]! - extent;
  const stride = window.strides[i]!;
  if (!window.ceil) return Math.floor(span / stride) + 1;
  const out = Math.ceil(span / stride) + 1;
  return (out - 1) * stride >= size + window.before[i]! ? out - 1 : out;
}

function outputSizes(node: Node, window: Window, spatial: Shape): Dim[] {
  return spatial.map((size, i) =>
    typeof size === 'number' ? windowOutput(window, i, size) : `${node.outputs[0]}:${i + 2}`,
  );
}

const conv: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const weight = context.type(node.inputs[1]!);
  if (!input || !weight) return [undefined];
  const spatial = input.shape.slice(2);
  const window = windowOf(node, weight.shape.slice(2) as number[], spatial);
  return [{ type: input.type, shape: [input.shape[0]!, weight.shape[0]!, ...outputSizes(node, window, spatial)] }];
};

const convTranspose: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const weight = context.type(node.inputs[1]!);
  if (!input || !weight) return [undefined];
  const kernel = weight.shape.slice(2) as number[];
  const window = windowOf(node, kernel, input.shape.slice(2));
  const extra = intsAttribute(node, 'output_padding') ?? kernel.map(() => 0);
  const sizes = input.shape.slice(2).map((size, i): Dim => {
    if (typeof size !== 'number') return `${node.outputs[0]}:${i + 2}`;
    const extent = window.dilations[i]! * (kernel[i]! - 1) + 1;
    return window.strides[i]! * (size - 1) + extra[i]! + extent - window.before[i]! - window.after[i]!;
  });
  const channels = (weight.shape[1] as number) * intAttribute(node, 'group', 1);
  return [{ type: input.type, shape: [input.shape[0]!, channels, ...sizes] }];
};

const pool: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const kernel = intsAttribute(node, 'kernel_shape');
  if (!input || !kernel) return [undefined];
  const spatial = input.shape.slice(2);
  const window = windowOf(node, kernel, spatial);
  const shape = [...input.shape.slice(0, 2), ...outputSizes(node, window, spatial)];
  return [
    { type: input.type, shape },
    { type: 'int64', shape },
  ];
};

const globalPool: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  return [input && { type: input.type, shape: input.shape.map((dim, i) => (i < 2 ? dim : 1)) }];
};

const resize: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const sizes = knownInts(context, node.inputs[3]);
  return [input && sizes && { type: input.type, shape: sizes }];
};

const unpool: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const shape = knownInts(context, node.inputs[2]);
  return [input && shape && { type: input.type, shape }];
};

/** y, running mean, running variance in training mode; y alone otherwise. */
const batchNormalization: Infer = (node, context: TypeContext) => {
  const input = context.type(node.inputs[0]!);
  return [input, context.type(node.inputs[3]!), context.type(node.inputs[4]!)];
};

const normalization: Infer = (node, context) => {
  const input = context.type(node.inputs[0]!);
  const axis = intAttribute(node, 'axis', -1);
  const reduced = input && {
    type: input.type,
    shape: input.shape.map((dim, i) => (i >= (axis < 0 ? axis + input.shape.length : axis) ? 1 : dim)),
  };
  return [input, reduced, reduced];
};

export const spatial: Readonly<Record<string, Infer>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  MaxUnpool: unpool,
  Resize: resize,
  BatchNormalization: batchNormalization,
  InstanceNormalization: (node, context) => [context.type(node.inputs[0]!)],
  LRN: (node, context) => [context.type(node.inputs[0]!)],
  LayerNormalization: normalization,
};
