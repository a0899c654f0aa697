import type { Node } from '../ir.ts';
import { add } from './add.ts';
import { batchNormalization } from './batchNormalization.ts';
import { batchNormalizationTraining } from './batchNormalizationTraining.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { exp } from './exp.ts';
import { flatten } from './flatten.ts';
import { gemm } from './gemm.ts';
import { identity } from './identity.ts';
import { log } from './log.ts';
import { logSoftmax } from './logSoftmax.ts';
import { matMul } from './matMul.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { reduceMax } from './reduceMax.ts';
import { reduceMean } from './reduceMean.ts';
import { reduceSum } from './reduceSum.ts';
import { relu } from './relu.ts';
import type { Rule } from './rule.ts';
import { softmax } from './softmax.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { transpose } from './transpose.ts';

const standard: Readonly<Record<string, Rule>> = {
  Add: add,
  BatchNormalization: batchNormalization,
  Div: div,
  Dropout: dropout,
  Exp: exp,
  Flatten: flatten,
  Gemm: gemm,
  Identity: identity,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  Mul: mul,
  Neg: neg,
  ReduceMax: reduceMax,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: flatten,
  Softmax: softmax,
  Sqrt: sqrt,
  Squeeze: flatten,
  Sub: sub,
  Sum: add,
  Transpose: transpose,
  Unsqueeze: flatten,
};

const own: Readonly<Record<string, Rule>> = { BatchNormalizationTraining: batchNormalizationTraining };

/** The rule that differentiates a node's operator, if there is one. */
export function ruleFor(node: Node): Rule | undefined {
  const table = node.domain === '' ? standard : node.domain === 'headway' ? own : {};
  return Object.hasOwn(table, node.opType) ? table[node.opType] : undefined;
}
