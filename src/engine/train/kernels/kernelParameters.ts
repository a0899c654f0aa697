/** The parameters of a training step that the Adam kernel updates: their places in its memory, their binding and their update. */
import type { AdamConstants } from '../../graph/optimizers/adam.ts';
import type { OptimizerOptions } from '../../graph/optimizers/optimizer.ts';
import type { Parameter, ParameterValues } from '../../graph/parameters.ts';
import { sizeOf } from '../../graph/tensors.ts';
import type { CallerParameter, TrainingStep } from '../../graph/trainingStep.ts';
import { defaultThreads } from '../../runtime/defaultThreads.ts';
import type { Binding, Runtime, SessionOptions } from '../../runtime/runtime.ts';
import { AdamKernel, fitsKernel } from './adamKernel.ts';

/** Fewer elements than this the calling thread updates sooner alone than after waking others. */
const WORTH_THREADS = 2 ** 21;

/** Whether the kernel can make the updates of a training step: they are Adam's, and all fits its memory. */
export const kernelServes = (parameters: readonly Parameter[], { kind }: OptimizerOptions): boolean =>
  (kind === 'adam' || kind === 'adamw') &&
  fitsKernel(parameters.filter(p => p.role !== 'statistic').map(p => sizeOf(p.dims)));

/**
 * How ONNX Runtime's threads and the kernel's share the cores. In a large step both use all of them and sleep while it is the other's
 * turn. A small one cannot afford to wake threads up: ONNX Runtime's spin, and the kernel has none of its own.
 */
export function shareCores(
  { byCaller }: TrainingStep,
  options: SessionOptions,
): SessionOptions & { kernelThreads: number } {
  const elements = byCaller.reduce((sum, { gradient }) => sum + sizeOf(gradient.dims), 0);
  return elements < WORTH_THREADS
    ? { ...options, kernelThreads: 1 }
    : { ...options, spinning: 'within-run', kernelThreads: options.threads ?? defaultThreads() };
}

interface Bound extends CallerParameter {
  /** What ONNX Runtime reads and writes: the kernel's own arrays where it can. */
  weight: Float32Array;
  written: Float32Array;
}

export class KernelParameters implements AsyncDisposable {
  /** Parameters and moments; the arrays stay the same. */
  readonly state: ParameterValues = new Map();
  readonly #adam: AdamConstants;
  readonly #kernel: AdamKernel;
  readonly #bound: Bound[];

  /** `start`: the parameters and, where a run goes on, their moments. Only the native runtime shares memory; for others values are copied. */
  constructor({ byCaller, adam }: TrainingStep, start: ParameterValues, kind: Runtime['kind'], threads: number) {
    this.#adam = adam!;
    this.#kernel = new AdamKernel(
      byCaller.map(({ gradient }) => sizeOf(gradient.dims)),
      threads,
    );
    const share = (view: Float32Array) => (kind === 'native' ? view : view.slice());
    this.#bound = byCaller.map((parameter, i) => {
      const own = this.#kernel.arrays[i]!;
      const { name } = parameter;
      own.weight.set(start.get(name)!);
      for (const moment of ['m', 'v'] as const) {
        const known = start.get(`${name}/${moment}`);
        if (known) own[moment].set(known);
        this.state.set(`${name}/${moment}`, own[moment]);
      }
      const weight = share(own.weight);
      this.state.set(name, weight);
      return { ...parameter, weight, written: share(own.gradient) };
    });
  }

  bind(binding: Binding): void {
    for (const { name, gradient, weight, written } of this.#bound)
      binding.input(name, weight, gradient.dims).output(gradient.name, written, gradient.dims);
  }

  /** After a run: updates all parameters with the step's scalars. */
  update(scalars: Readonly<Record<string, number>>): void {
    const { beta1, beta2, coupled } = this.#adam;
    for (const [i, { group, decays, weight, written }] of this.#bound.entries()) {
      const own = this.#kernel.arrays[i]!;
      if (written !== own.gradient) own.gradient.set(written);
      const size = scalars[`step_size/${group}`]!;
      const kept = decays ? (scalars[`decay/${group}`] ?? 1) : 1;
      this.#kernel.update(i, { beta1, beta2, l2: decays ? coupled : 0, size, kept, epsilon: scalars['adam_epsilon']! });
      if (weight !== own.weight) weight.set(own.weight);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kernel[Symbol.asyncDispose]();
  }
}
