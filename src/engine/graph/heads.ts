import { HeadwayError } from '../../shared/errors.ts';
import { createBuilder, type GraphBuilder } from './builder.ts';
import type { Graph } from './ir.ts';
import type { Parameter } from './parameters.ts';

export type Activation = 'relu' | 'leaky-relu' | 'hard-swish' | 'tanh' | 'sigmoid' | 'none';

export interface HeadOptions {
  /** Width D of the feature vectors. */
  features: number;
  /** Units of the hidden layers; empty for a linear head. */
  layers: readonly number[];
  /** Number K of classes. */
  classes: number;
  /** Default `relu`. */
  activation?: Activation;
  /** BatchNormalization in each hidden layer: `before` the activation (usual) or `after` it (fastai). Default: none. */
  batchNorm?: 'before' | 'after';
  /** Share of hidden units dropped, one rate for all layers or one each, 0 to < 1. */
  dropout?: number | readonly number[];
  /** BatchNormalization of the features themselves. */
  inputBatchNorm?: boolean;
  /** Share of features dropped. */
  inputDropout?: number;
  /** Learning-rate group of the parameters; default `head`. */
  group?: string;
}

export interface Head {
  /** `features` [batch, D] → `logits` [batch, K]; the parameters are further inputs. Weights are [out, in], as PyTorch's Linear. */
  graph: Graph;
  parameters: Parameter[];
}

interface Assembly {
  b: GraphBuilder;
  parameters: Parameter[];
  group: string;
}

function parameter(
  a: Assembly,
  name: string,
  dims: number[],
  role: Parameter['role'],
  init: Parameter['init'],
): string {
  a.parameters.push({ name, dims, role, init, group: a.group });
  return a.b.input(name, 'float32', dims);
}

interface Dense {
  units: number;
  init: Parameter['init'];
  bias: boolean;
  output?: string;
}

function dense(a: Assembly, x: string, name: string, { units, init, bias, output }: Dense): string {
  const inputs = [x, parameter(a, `${name}/weight`, [units, a.b.dim(x, 1) as number], 'weight', init)];
  if (bias) inputs.push(parameter(a, `${name}/bias`, [units], 'bias', 'zero'));
  return a.b.add('Gemm', inputs, { transB: 1 }, { name, ...(output === undefined ? {} : { outputs: [output] }) });
}

function normalise(a: Assembly, x: string, name: string): string {
  const size = [a.b.dim(x, 1) as number];
  const inputs = [
    x,
    parameter(a, `${name}/scale`, size, 'scale', 'one'),
    parameter(a, `${name}/bias`, size, 'bias', 'zero'),
    parameter(a, `${name}/running_mean`, size, 'statistic', 'zero'),
    parameter(a, `${name}/running_variance`, size, 'statistic', 'one'),
  ];
  return a.b.add('BatchNormalization', inputs, { epsilon: 1e-5, momentum: 0.9 }, { name });
}

const operators = {
  relu: ['Relu', {}],
  'leaky-relu': ['LeakyRelu', { alpha: 0.01 }],
  'hard-swish': ['HardSwish', {}],
  tanh: ['Tanh', {}],
  sigmoid: ['Sigmoid', {}],
} as const;

function activate(a: Assembly, x: string, activation: Activation, name: string): string {
  if (activation === 'none') return x;
  const [opType, attributes] = operators[activation];
  return a.b.add(opType, [x], attributes, { name });
}

function drop(a: Assembly, x: string, rate: number, name: string): string {
  return rate > 0 ? a.b.add('Dropout', [x, a.b.constant(rate)], {}, { name }) : x;
}

/**
 * A dense classification head. Hidden layers: dense (He), normalisation, activation, dropout; last: dense (Glorot). A dense layer
 * directly followed by BatchNormalization has no bias, which the latter's shift replaces. Throws `invalid` for sizes or rates out of range.
 */
export function buildHead(options: HeadOptions): Head {
  const { features, layers, classes, activation = 'relu', batchNorm, dropout = 0, inputDropout = 0 } = options;
  const rates = layers.map((_, i) => (typeof dropout === 'number' ? dropout : (dropout[i] ?? 0)));
  for (const size of [features, classes, ...layers])
    if (!Number.isInteger(size) || size < 1)
      throw new HeadwayError('invalid', `A layer of ${size} units is not possible.`);
  for (const rate of [inputDropout, ...rates])
    if (!(rate >= 0 && rate < 1))
      throw new HeadwayError('invalid', `The dropout ${rate} must be at least 0 and below 1.`);

  const b = createBuilder('head');
  const a: Assembly = { b, parameters: [], group: options.group ?? 'head' };
  let x = b.input('features', 'float32', ['batch', features]);
  if (options.inputBatchNorm === true) x = normalise(a, x, 'head/input/norm');
  x = drop(a, x, inputDropout, 'head/input/dropout');
  for (const [i, units] of layers.entries()) {
    const name = `head/dense${i + 1}`;
    x = dense(a, x, name, { units, init: 'he', bias: batchNorm !== 'before' });
    if (batchNorm === 'before') x = normalise(a, x, `${name}/norm`);
    x = activate(a, x, activation, `${name}/${activation}`);
    if (batchNorm === 'after') x = normalise(a, x, `${name}/norm`);
    x = drop(a, x, rates[i]!, `${name}/dropout`);
  }
  const logits = dense(a, x, 'head/logits', { units: classes, init: 'glorot', bias: true, output: 'logits' });
  return { graph: b.output(logits).build(), parameters: a.parameters };
}
