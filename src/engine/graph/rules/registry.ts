import type { Node } from '../ir.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { averagePool } from './averagePool.ts';
import { batchNormalization } from './batchNormalization.ts';
import { batchNormalizationTraining } from './batchNormalizationTraining.ts';
import { cast } from './cast.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { gelu } from './gelu.ts';
import { gemm } from './gemm.ts';
import { globalAveragePool } from './globalAveragePool.ts';
import { globalMaxPool } from './globalMaxPool.ts';
import { hardSigmoid } from './hardSigmoid.ts';
import { hardSwish } from './hardSwish.ts';
import { identity } from './identity.ts';
import { layerNormalization } from './layerNormalization.ts';
import { leakyRelu } from './leakyRelu.ts';
import { log } from './log.ts';
import { logSoftmax } from './logSoftmax.ts';
import { matMul } from './matMul.ts';
import { maxPool } from './maxPool.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { prelu } from './prelu.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceMax } from './reduceMax.ts';
import { reduceMean } from './reduceMean.ts';
import { reduceSum } from './reduceSum.ts';
import { relu } from './relu.ts';
import type { Rule } from './rule.ts';
import { sigmoid } from './sigmoid.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';
import { where } from './where.ts';

const standard: Readonly<Record<string, Rule>> = {
  Abs: abs,
  Add: add,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  Div: div,
  Dropout: dropout,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gelu: gelu,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Identity: identity,
  LayerNormalization: layerNormalization,
  LeakyRelu: leakyRelu,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: mul,
  Neg: neg,
  PRelu: prelu,
  Pad: pad,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMax: reduceMax,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: flatten,
  Sigmoid: sigmoid,
  Slice: slice,
  Softmax: softmax,
  Split: split,
  Sqrt: sqrt,
  Squeeze: flatten,
  Sub: sub,
  Sum: add,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: flatten,
  Where: where,
};

const own: Readonly<Record<string, Rule>> = { BatchNormalizationTraining: batchNormalizationTraining };

/** The rule that differentiates a node's operator, if there is one. */
export function ruleFor(node: Node): Rule | undefined {
  const table = node.domain === '' ? standard : node.domain === 'headway' ? own : {};
  return Object.hasOwn(table, node.opType) ? table[node.opType] : undefined;
}
