/** The weights of a training step that the fused kernel updates: which, their place in the kernel's memory, and their update. */
import { intAttribute, floatAttribute, type Graph } from '../../graph/ir.ts';
import type { FactoredParameter } from '../../graph/factors.ts';
import type { AdamConstants } from '../../graph/optimizers/adam.ts';
import type { OptimizerOptions } from '../../graph/optimizers/optimizer.ts';
import type { Parameter, ParameterValues } from '../../graph/parameters.ts';
import { sizeOf } from '../../graph/tensors.ts';
import type { TrainingStep } from '../../graph/trainingStep.ts';
import { defaultThreads } from '../../runtime/defaultThreads.ts';
import type { Binding, Runtime, SessionOptions } from '../../runtime/runtime.ts';
import { canFuse, FusedAdam } from './fusedAdam.ts';

/** Below this the graph's own nodes are as quick. */
const MIN_SIZE = 2 ** 14;

/**
 * Weights worth the fused update: of a dense layer x·Wᵀ, read nowhere else, large, trained by Adam. To be named in
 * `TrainingStepOptions.factored`. None where they would not fit the kernel's memory.
 */
export function fusedWeights(
  { graph, parameters }: { graph: Graph; parameters: readonly Parameter[] },
  optimizer: OptimizerOptions,
  batch: number,
): string[] {
  if (optimizer.kind !== 'adam' && optimizer.kind !== 'adamw') return [];
  const chosen = parameters.filter(({ name, dims, role }) => {
    if (role !== 'weight' || dims.length !== 2 || sizeOf(dims) < MIN_SIZE) return false;
    const users = graph.nodes.filter(node => node.inputs.includes(name));
    const [node] = users;
    return (
      users.length === 1 &&
      node?.opType === 'Gemm' &&
      node.inputs.lastIndexOf(name) === 1 &&
      intAttribute(node, 'transB', 0) === 1 &&
      intAttribute(node, 'transA', 0) === 0 &&
      floatAttribute(node, 'alpha', 1) === 1
    );
  });
  const shapes = chosen.map(({ name, dims }) => ({ batch, out: dims[0]!, width: dims[1]!, x: name }));
  const possible = chosen.filter((_, i) => canFuse([shapes[i]!], 1));
  return canFuse(shapes.filter((_, i) => possible.includes(chosen[i]!)), defaultThreads()) ? possible.map(p => p.name) : []; // prettier-ignore
}

/** From so many fused weights on, the forward pass is worth all threads. */
const LARGE = 2 ** 22;
/** Longer than what lies between two updates. */
const SPIN_MS = 3;

/**
 * How ONNX Runtime's threads and the kernel's share the cores. A small step cannot afford to wake threads up: the kernel's spin and
 * ONNX Runtime has one thread of its own. In a large one both use all cores and sleep while it is the other's turn.
 */
export function sharing(
  { factored }: TrainingStep,
  options: SessionOptions,
): { session: SessionOptions; spin: number } {
  const size = factored.reduce((sum, { dz, x }) => sum + dz.dims[1]! * x.dims[1]!, 0);
  if (size === 0) return { session: options, spin: 0 };
  return size < LARGE
    ? { session: { ...options, threads: 1 }, spin: SPIN_MS }
    : { session: { ...options, spinning: 'within-run' }, spin: 0 };
}

/** An array that ONNX Runtime reads or writes, and the kernel's view of the same values where that is another one. */
interface Bound {
  name: string;
  side: 'input' | 'output';
  dims: readonly number[];
  array: Float32Array;
  view: Float32Array;
}

export class FusedWeights implements AsyncDisposable {
  readonly state: ParameterValues = new Map();
  readonly #parameters: readonly FactoredParameter[];
  readonly #adam: AdamConstants;
  readonly #kernel: FusedAdam;
  readonly #bound = new Map<string, Bound>();

  /** `start`: weights and, where a run goes on, moments. Only the native runtime shares memory with the kernel; for others values are copied. */
  constructor(
    { factored, adam }: TrainingStep,
    start: ParameterValues,
    kind: Runtime['kind'],
    threads = defaultThreads(),
    spin = 0,
  ) {
    this.#parameters = factored;
    this.#adam = adam!;
    const shapes = factored.map(({ dz, x }) => ({
      batch: dz.dims[0]!,
      out: dz.dims[1]!,
      width: x.dims[1]!,
      x: x.name,
    }));
    this.#kernel = new FusedAdam(shapes, threads, spin);
    const share = (view: Float32Array) => (kind === 'native' ? view : view.slice());
    for (const [i, { name, dz, x }] of factored.entries()) {
      const own = this.#kernel.weights[i]!;
      own.weight.set(start.get(name)!);
      for (const moment of ['m', 'v'] as const) {
        const known = start.get(`${name}/${moment}`);
        if (known) own[moment].set(known);
        this.state.set(`${name}/${moment}`, own[moment]);
      }
      const weight = share(own.weight);
      this.state.set(name, weight);
      const dims = [dz.dims[1]!, x.dims[1]!];
      this.#bound.set(name, { name, side: 'input', dims, array: weight, view: own.weight });
      this.#bound.set(dz.name, { ...dz, side: 'output', array: share(own.dz), view: own.dz });
      if (!this.#bound.has(x.name))
        this.#bound.set(x.name, { ...x, side: x.isInput ? 'input' : 'output', array: share(own.x), view: own.x });
    }
  }

  /** The array of an input or output of the step that the kernel reads, if it is one. */
  array(name: string): Float32Array | undefined {
    return this.#bound.get(name)?.array;
  }

  /** Binds weights and factors; the step's data input, where it is a factor, is bound by the caller to `array`. */
  bind(binding: Binding): void {
    for (const { name, side, array, dims } of this.#bound.values())
      if (side === 'output') binding.output(name, array, dims);
      else if (this.#parameters.some(p => p.name === name)) binding.input(name, array, dims);
  }

  /** After a run: updates all weights with the step's scalars. */
  update(scalars: Readonly<Record<string, number>>): void {
    const { beta1, beta2, coupled } = this.#adam;
    for (const { array, view, name } of this.#bound.values())
      if (array !== view && !this.state.has(name)) view.set(array);
    for (const [i, { name, group }] of this.#parameters.entries()) {
      const size = scalars[`step_size/${group}`]!;
      const kept = scalars[`decay/${group}`] ?? 1;
      this.#kernel.update(i, { beta1, beta2, l2: coupled, size, kept, epsilon: scalars['adam_epsilon']! });
      const { array, view } = this.#bound.get(name)!;
      if (array !== view) array.set(view);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kernel[Symbol.asyncDispose]();
  }
}
