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
import { canFuse, FusedAdam, type FusedShape } from './fusedAdam.ts';

/** A dense weight of at least this size makes the kernel worth it. */
const MIN_SIZE = 2 ** 14;

/**
 * What of a trainable the kernel updates under Adam: `factored`, large weights of dense layers x·Wᵀ that are read nowhere else, from the
 * factors of their gradients; and where there is one, all other parameters `direct`ly from theirs, which saves the graph ten nodes
 * each. To be given to `buildTrainingStep`. Nothing where it would not fit the kernel's memory.
 */
export function fusedWeights(
  { graph, parameters }: { graph: Graph; parameters: readonly Parameter[] },
  optimizer: OptimizerOptions,
  batch: number,
): { factored: string[]; direct: string[] } {
  const none = { factored: [], direct: [] };
  if (optimizer.kind !== 'adam' && optimizer.kind !== 'adamw') return none;
  const trained = parameters.filter(({ role }) => role !== 'statistic');
  const shapes = trained.map(parameter => {
    const { name, dims } = parameter;
    const shape = { batch, out: dims[0] ?? 1, width: dims[1] ?? 1, x: name };
    const isFactored = isLargeDense(graph, parameter) && canFuse([shape], 1);
    return isFactored ? shape : { batch: 0, out: 1, width: sizeOf(dims), x: '' };
  });
  const names = (chosen: boolean) => trained.filter((_, i) => shapes[i]!.batch > 0 === chosen).map(p => p.name);
  const factored = names(true);
  return factored.length > 0 && canFuse(shapes, defaultThreads()) ? { factored, direct: names(false) } : none;
}

function isLargeDense(graph: Graph, { name, dims, role }: Parameter): boolean {
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

interface Fused {
  name: string;
  group: string;
  decays: boolean;
  dims: readonly number[];
  shape: FusedShape;
  dz: { name: string; dims: readonly number[] };
  x?: FactoredParameter['x'];
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
  readonly #parameters: readonly { name: string; group: string; decays: boolean }[];
  readonly #adam: AdamConstants;
  readonly #kernel: FusedAdam;
  readonly #bound = new Map<string, Bound>();

  /** `start`: weights and, where a run goes on, moments. Only the native runtime shares memory with the kernel; for others values are copied. */
  constructor(
    { factored, direct, adam }: TrainingStep,
    start: ParameterValues,
    kind: Runtime['kind'],
    threads = defaultThreads(),
    spin = 0,
  ) {
    this.#adam = adam!;
    const all: Fused[] = [
      ...factored.map(({ name, group, dz, x }) => {
        const [out, width] = [dz.dims[1]!, x.dims[1]!];
        const shape = { batch: dz.dims[0]!, out, width, x: x.name };
        return { name, group, decays: true, dims: [out, width], shape, dz, x };
      }),
      ...direct.map(({ name, group, decays, gradient }) => {
        const shape = { batch: 0, out: 1, width: sizeOf(gradient.dims), x: '' };
        return { name, group, decays, dims: gradient.dims, shape, dz: gradient };
      }),
    ];
    this.#parameters = all;
    this.#kernel = new FusedAdam(
      all.map(({ shape }) => shape),
      threads,
      spin,
    );
    const share = (view: Float32Array) => (kind === 'native' ? view : view.slice());
    for (const [i, { name, dims, dz, x }] of all.entries()) {
      const own = this.#kernel.weights[i]!;
      own.weight.set(start.get(name)!);
      for (const moment of ['m', 'v'] as const) {
        const known = start.get(`${name}/${moment}`);
        if (known) own[moment].set(known);
        this.state.set(`${name}/${moment}`, own[moment]);
      }
      const weight = share(own.weight);
      this.state.set(name, weight);
      this.#bound.set(name, { name, side: 'input', dims, array: weight, view: own.weight });
      this.#bound.set(dz.name, { ...dz, side: 'output', array: share(own.dz), view: own.dz });
      if (x && !this.#bound.has(x.name))
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
    for (const [i, { name, group, decays }] of this.#parameters.entries()) {
      const size = scalars[`step_size/${group}`]!;
      const kept = decays ? (scalars[`decay/${group}`] ?? 1) : 1;
      this.#kernel.update(i, { beta1, beta2, l2: decays ? coupled : 0, size, kept, epsilon: scalars['adam_epsilon']! });
      const { array, view } = this.#bound.get(name)!;
      if (array !== view) array.set(view);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kernel[Symbol.asyncDispose]();
  }
}
