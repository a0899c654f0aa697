/** Layers of networks as exporters write them, with seeded random weights. */
import { createBuilder, type GraphBuilder } from '../../../src/engine/graph/builder.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import { floatTensor, sizeOf } from '../../../src/engine/graph/tensors.ts';
import { createRandom } from '../../../src/engine/train/random.ts';

interface ConvOptions {
  stride?: number;
  group?: number;
  /** Padding on each side; default: what keeps the size at stride 1. */
  pad?: number;
  bias?: boolean;
}

export class Net {
  readonly b: GraphBuilder;
  readonly #random = createRandom(5, 'architectures');
  #count = 0;

  constructor(name: string) {
    this.b = createBuilder(name);
  }

  /** He-initialised; the fan in is that of one output. */
  weight(dims: readonly number[], fanIn: number, gain = 2): string {
    const deviation = Math.sqrt(gain / fanIn);
    const values = Float32Array.from({ length: sizeOf(dims) }, () => this.#random.normal() * deviation);
    return this.b.initializer(`weight${this.#count++}`, floatTensor(values, dims));
  }

  vector(length: number, value: (random: number) => number): string {
    const values = Float32Array.from({ length }, () => value(this.#random.normal()));
    return this.b.initializer(`vector${this.#count++}`, floatTensor(values, [length]));
  }

  conv(x: string, out: number, kernel: number | readonly [number, number], options: ConvOptions = {}): string {
    const { stride = 1, group = 1, bias = true } = options;
    const [h, w] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    const inputs = (this.b.dim(x, 1) as number) / group;
    const [ph, pw] = [options.pad ?? (h - 1) / 2, options.pad ?? (w - 1) / 2];
    const parts = [x, this.weight([out, inputs, h, w], inputs * h * w)];
    if (bias) parts.push(this.vector(out, r => 0.05 * r));
    const attributes = { kernel_shape: [h, w], strides: [stride, stride], pads: [ph, pw, ph, pw], group };
    return this.b.add('Conv', parts, attributes);
  }

  batchNorm(x: string): string {
    const channels = this.b.dim(x, 1) as number;
    const parts = [
      this.vector(channels, r => 1 + 0.1 * r),
      this.vector(channels, r => 0.1 * r),
      this.vector(channels, r => 0.1 * r),
      this.vector(channels, r => 1 + 0.1 * Math.abs(r)),
    ];
    return this.b.add('BatchNormalization', [x, ...parts], { epsilon: 1e-5 });
  }

  relu = (x: string): string => this.b.add('Relu', [x]);
  relu6 = (x: string): string => this.b.add('Clip', [x, this.b.constant(0), this.b.constant(6)]);
  convBn = (x: string, out: number, kernel: number | readonly [number, number], options: ConvOptions = {}): string =>
    this.batchNorm(this.conv(x, out, kernel, { bias: false, ...options }));

  maxPool = (x: string, kernel: number, stride: number, pad = 0, ceil = 0): string =>
    this.b.add('MaxPool', [x], { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad], ceil_mode: ceil }); // prettier-ignore

  averagePool = (x: string, kernel: number, stride: number, pad = 0): string =>
    this.b.add('AveragePool', [x], { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] }); // prettier-ignore

  concat = (...parts: string[]): string => this.b.add('Concat', parts, { axis: 1 });
  flatten = (x: string): string => this.b.add('Flatten', [x], { axis: 1 });

  gemm(x: string, out: number): string {
    const width = this.b.dim(x, 1) as number;
    return this.b.add('Gemm', [x, this.weight([out, width], width), this.vector(out, r => 0.05 * r)], { transB: 1 });
  }

  finish(output: string): Graph {
    return this.b.output(output).build();
  }
}
