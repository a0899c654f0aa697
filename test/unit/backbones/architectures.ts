/**
 * The catalogue's architectures: the topology of the papers with small widths, fewer repeats and small images, each written the way one
 * exporter or another writes it (fixed batch, constant Reshape, channels last, classifier as convolution, Softmax at the end).
 */
import type { Preprocessing } from '../../../src/shared/backbone.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import { Net } from './net.ts';

export interface Architecture {
  preprocessing: Preprocessing;
  /** Edge of the images, channels of the last feature map, class scores. */
  size: number;
  channels: number;
  classes: number;
  build: () => Graph;
}

const SIZE = 64;
const CLASSES = 10;
const common = { size: SIZE, classes: CLASSES };

/** Simonyan and Zisserman 2014, configuration D. Batch fixed to 1, and repeated in a Reshape. */
function vgg16(): Graph {
  const n = new Net('vgg16');
  let x = n.b.input('data', 'float32', [1, 3, SIZE, SIZE]);
  for (const [width, convolutions] of [[4, 2], [6, 2], [8, 3], [8, 3], [8, 3]] as const) {
    for (let i = 0; i < convolutions; i++) x = n.relu(n.conv(x, width, 3));
    x = n.maxPool(x, 2, 2);
  } // prettier-ignore
  x = n.b.add('Reshape', [x, n.b.ints([1, 8 * 4])]);
  for (const width of [16, 16]) x = n.b.add('Dropout', [n.relu(n.gemm(x, width)), n.b.constant(0.5)]);
  return n.finish(n.gemm(x, CLASSES));
}

/** He et al. 2015, basic blocks, with a projection where the width changes; open batch "N". */
function resnet18(): Graph {
  const n = new Net('resnet18');
  let x = n.b.input('data', 'float32', ['N', 3, SIZE, SIZE]);
  x = n.maxPool(n.relu(n.convBn(x, 8, 7, { stride: 2 })), 3, 2, 1);
  for (const [width, stride] of [[8, 1], [8, 1], [12, 2], [12, 1], [16, 2], [16, 1], [20, 2], [20, 1]] as const) {
    const short = stride === 1 ? x : n.convBn(x, width, 1, { stride });
    const long = n.convBn(n.relu(n.convBn(x, width, 3, { stride })), width, 3);
    x = n.relu(n.b.add('Add', [long, short]));
  } // prettier-ignore
  return n.finish(n.gemm(n.flatten(n.b.add('GlobalAveragePool', [x])), CLASSES));
}

/** Sandler et al. 2018: inverted residuals. The end as PyTorch wrote it: Shape, Gather, Unsqueeze, Concat, Reshape. */
function mobileNetV2(): Graph {
  const n = new Net('mobilenetv2');
  let x = n.b.input('input', 'float32', ['batch_size', 3, SIZE, SIZE]);
  x = n.relu6(n.convBn(x, 8, 3, { stride: 2 }));
  for (const [expand, out, stride] of [[1, 4, 1], [6, 6, 2], [6, 6, 1], [6, 8, 2], [6, 8, 1], [6, 12, 2]] as const) {
    const from = n.b.dim(x, 1) as number;
    let y = expand === 1 ? x : n.relu6(n.convBn(x, from * expand, 1));
    y = n.convBn(n.relu6(n.convBn(y, from * expand, 3, { stride, group: from * expand })), out, 1);
    x = stride === 1 && from === out ? n.b.add('Add', [x, y]) : y;
  } // prettier-ignore
  x = n.b.add('GlobalAveragePool', [n.relu6(n.convBn(x, 24, 1))]);
  const batch = n.b.add('Unsqueeze', [n.b.add('Gather', [n.b.add('Shape', [x]), n.b.ints(0)]), n.b.ints([0])]);
  x = n.b.add('Reshape', [x, n.b.add('Concat', [batch, n.b.ints([-1])], { axis: 0 })]);
  return n.finish(n.gemm(x, CLASSES));
}

/** Huang et al. 2016: dense blocks and transitions. The classifier is a 1 × 1 convolution, its scores are [1, K, 1, 1] (Caffe2). */
function denseNet(): Graph {
  const n = new Net('densenet121');
  let x = n.b.input('data_0', 'float32', [1, 3, SIZE, SIZE]);
  x = n.maxPool(n.relu(n.convBn(x, 8, 7, { stride: 2 })), 3, 2, 1);
  for (const [block, layers] of [2, 3, 3].entries()) {
    for (let i = 0; i < layers; i++)
      x = n.concat(x, n.conv(n.relu(n.convBn(n.relu(n.batchNorm(x)), 16, 1)), 4, 3, { bias: false }));
    if (block < 2)
      x = n.averagePool(n.conv(n.relu(n.batchNorm(x)), (n.b.dim(x, 1) as number) / 2, 1, { bias: false }), 2, 2);
  }
  x = n.b.add('GlobalAveragePool', [n.relu(n.batchNorm(x))]);
  return n.finish(n.conv(x, CLASSES, 1));
}

/** Iandola et al. 2016, version 1.1: fire modules; the classifier is a convolution before the pooling. */
function squeezeNet(): Graph {
  const n = new Net('squeezenet1.1');
  let x = n.b.input('data', 'float32', [1, 3, SIZE, SIZE]);
  x = n.maxPool(n.relu(n.conv(x, 8, 3, { stride: 2, pad: 0 })), 3, 2, 0, 1);
  for (const [squeeze, expand, pool] of [[2, 4, false], [2, 4, true], [4, 6, true], [4, 8, false]] as const) {
    const s = n.relu(n.conv(x, squeeze, 1));
    x = n.concat(n.relu(n.conv(s, expand, 1)), n.relu(n.conv(s, expand, 3)));
    if (pool) x = n.maxPool(x, 3, 2, 0, 1);
  } // prettier-ignore
  x = n.relu(n.conv(n.b.add('Dropout', [x, n.b.constant(0.5)]), CLASSES, 1));
  x = n.b.add('Reshape', [n.b.add('GlobalAveragePool', [x]), n.b.ints([1, -1])]);
  return n.finish(n.b.add('Softmax', [x], { axis: 1 }));
}

/** Tan and Le 2019 in its Lite form, channels last as tf2onnx writes it: Transpose in front, mean and Squeeze at the end. */
function efficientNetLite(): Graph {
  const n = new Net('efficientnet-lite');
  const image = n.b.input('images:0', 'float32', [1, SIZE, SIZE, 3]);
  let x = n.b.add('Transpose', [image], { perm: [0, 3, 1, 2] });
  x = n.relu6(n.convBn(x, 8, 3, { stride: 2 }));
  for (const [expand, out, kernel, stride] of [[1, 4, 3, 1], [6, 6, 3, 2], [6, 6, 3, 1], [6, 8, 5, 2], [6, 12, 3, 2]] as const) {
    const from = n.b.dim(x, 1) as number;
    let y = expand === 1 ? x : n.relu6(n.convBn(x, from * expand, 1));
    y = n.convBn(n.relu6(n.convBn(y, from * expand, kernel, { stride, group: from * expand })), out, 1);
    x = stride === 1 && from === out ? n.b.add('Add', [y, x]) : y;
  } // prettier-ignore
  x = n.b.add('Transpose', [n.relu6(n.convBn(x, 20, 1))], { perm: [0, 2, 3, 1] });
  x = n.b.add('ReduceMean', [x], { axes: [1, 2], keepdims: 1 });
  x = n.b.add('Squeeze', [x, n.b.ints([1, 2])]);
  x = n.b.add('MatMul', [x, n.weight([20, CLASSES], 20)]);
  x = n.b.add('Add', [x, n.vector(CLASSES, r => 0.05 * r)]);
  return n.finish(n.b.add('Softmax', [x], { axis: -1 }));
}

/** Szegedy et al. 2015 (version 3): parallel branches, 1 × 7 and 7 × 1 convolutions, pooling branches. */
function inception(): Graph {
  const n = new Net('inception');
  const conv = (x: string, out: number, kernel: number | readonly [number, number], more: { stride?: number; pad?: number } = {}) =>
    n.relu(n.convBn(x, out, kernel, more)); // prettier-ignore
  let x = n.b.input('x', 'float32', ['batch', 3, SIZE, SIZE]);
  x = n.maxPool(conv(conv(conv(x, 4, 3, { stride: 2, pad: 0 }), 4, 3, { pad: 0 }), 8, 3), 3, 2);
  x = n.concat(conv(x, 4, 1), conv(conv(x, 3, 1), 4, 5), conv(conv(conv(x, 4, 1), 4, 3), 4, 3), conv(n.averagePool(x, 3, 1, 1), 4, 1)); // prettier-ignore
  x = n.concat(
    conv(x, 6, 3, { stride: 2, pad: 0 }),
    conv(conv(x, 4, 1), 6, 3, { stride: 2, pad: 0 }),
    n.maxPool(x, 3, 2),
  );
  x = n.concat(conv(x, 6, 1), conv(conv(conv(x, 4, 1), 4, [1, 7]), 6, [7, 1]), conv(n.averagePool(x, 3, 1, 1), 6, 1));
  const split = conv(x, 6, 1);
  x = n.concat(conv(x, 4, 1), n.concat(conv(split, 4, [1, 3]), conv(split, 4, [3, 1])), conv(n.averagePool(x, 3, 1, 1), 4, 1)); // prettier-ignore
  x = n.b.add('Dropout', [n.averagePool(x, 6, 1), n.b.constant(0.5)]);
  return n.finish(n.gemm(n.flatten(x), CLASSES));
}

export const architectures: Readonly<Record<string, Architecture>> = {
  vgg16: { ...common, preprocessing: 'caffe', channels: 8, build: vgg16 },
  resnet18: { ...common, preprocessing: 'torchvision', channels: 20, build: resnet18 },
  mobileNetV2: { ...common, preprocessing: 'torchvision', channels: 24, build: mobileNetV2 },
  denseNet: { ...common, preprocessing: 'torchvision', channels: 22, build: denseNet },
  squeezeNet: { ...common, preprocessing: 'torchvision', channels: 16, build: squeezeNet },
  efficientNetLite: { ...common, preprocessing: 'tf-lite', channels: 20, build: efficientNetLite },
  inception: { ...common, preprocessing: 'tf', channels: 16, build: inception },
};
