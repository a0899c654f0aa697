/**
 * Runs a training step graph again and again: fixed buffers, two bindings used in turn (state in, state out). Parameters that
 * the step leaves to its caller are updated in place by the Adam kernel after each run.
 */
import { setImmediate } from 'node:timers/promises';
import { fillDropoutMask } from '../graph/dropout.ts';
import type { ParameterValues } from '../graph/parameters.ts';
import { sizeOf } from '../graph/tensors.ts';
import type { TrainingStep } from '../graph/trainingStep.ts';
import type { Binding, Runtime, Session, SessionOptions } from '../runtime/runtime.ts';
import { KernelParameters, shareCores } from './kernels/kernelParameters.ts';
import type { Random } from './random.ts';

/**
 * Shorter steps run on this thread. The way to another one and back takes a good part of the shortest, and milliseconds where other
 * work keeps the cores busy; other events wait for one step at most.
 */
const SHORT_MS = 50;
/** Longest time in which short steps keep this thread to themselves. */
const BLOCKED_MS = 10;

export class StepLoop implements AsyncDisposable {
  readonly #session: Session;
  readonly #step: TrainingStep;
  readonly #bindings: [Binding, Binding];
  /** State tensors by name; the current values are in `#state[#current]`. */
  readonly #state: [ParameterValues, ParameterValues];
  readonly #scalars = new Map<string, Float32Array>();
  readonly #masks: { values: Float32Array; rate: number }[];
  readonly #loss = new Float32Array(1);
  readonly #kernel: KernelParameters | undefined;
  #current: 0 | 1 = 0;
  /** Whether the last step was. */
  #short = false;
  /** When other work last had a turn on this thread. */
  #yielded = performance.now();
  /** Steps done. */
  steps: number;
  /** Groups of parameters, each with a learning rate of its own. */
  readonly groups: readonly string[];
  /** Filled by the caller before each step. */
  readonly features: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array;
  /** Softmax of the batch before the update, [batch, classes]. */
  readonly probabilities: Float32Array;

  private constructor(
    session: Session,
    step: TrainingStep,
    start: ParameterValues,
    steps: number,
    groups: readonly string[],
    kernel: KernelParameters | undefined,
  ) {
    this.#session = session;
    this.#step = step;
    this.steps = steps;
    this.groups = groups;
    this.#kernel = kernel;
    const [data] = step.data;
    this.features = new Float32Array(sizeOf(data!.dims));
    this.target = new Float32Array(sizeOf(step.target.dims));
    this.weight = new Float32Array(sizeOf(step.weight.dims));
    this.probabilities = new Float32Array(this.target.length);
    this.#masks = step.masks.map(mask => ({ values: new Float32Array(sizeOf(mask.dims)), rate: mask.rate }));
    // Moments that are not in `start` begin at zero.
    const fresh = (): ParameterValues =>
      new Map(step.state.map(s => [s.name, start.get(s.name)?.slice() ?? new Float32Array(sizeOf(s.dims))]));
    this.#state = [fresh(), fresh()];
    const rates = Object.fromEntries(groups.map(group => [group, 0]));
    const inputs = new Set(session.inputs);
    for (const name of Object.keys(step.scalars(1, rates)))
      if (inputs.has(name)) this.#scalars.set(name, new Float32Array(1));
    this.#bindings = [this.#bind(0), this.#bind(1)];
  }

  /** `start` holds at least all parameters and statistics; with an earlier loop's `state` and `steps` it goes on where that one stood. */
  static async open(
    runtime: Runtime,
    step: TrainingStep,
    { start, steps = 0, groups }: { start: ParameterValues; steps?: number; groups: readonly string[] },
    options: SessionOptions,
  ): Promise<StepLoop> {
    const { kernelThreads, ...sessionOptions } = shareCores(step, options);
    const session = await runtime.load(step.model(), sessionOptions);
    try {
      const kernel =
        step.byCaller.length > 0 ? new KernelParameters(step, start, runtime.kind, kernelThreads) : undefined;
      return new StepLoop(session, step, start, steps, groups, kernel);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Parameters, statistics and moments; they change with the next step: copy what is to be kept. */
  get state(): ParameterValues {
    const own = this.#state[this.#current];
    return this.#kernel ? new Map([...own, ...this.#kernel.state]) : own;
  }

  /**
   * One optimizer step on what the buffers hold, with a learning rate per group of parameters. Resolves to the weighted mean
   * cross-entropy of the batch, nats.
   */
  async step(learningRates: Readonly<Record<string, number>>, random: Random): Promise<number> {
    this.#masks.forEach(mask => fillDropoutMask(random, mask.values, mask.rate));
    const scalars = this.#step.scalars(++this.steps, learningRates);
    for (const [name, value] of this.#scalars) value[0] = scalars[name]!;
    const binding = this.#bindings[this.#current];
    const start = performance.now();
    if (!this.#short || !binding.runSync()) await binding.run();
    this.#kernel?.update(scalars);
    this.#current = this.#current === 0 ? 1 : 0;
    const end = performance.now();
    this.#short = end - start < SHORT_MS;
    if (end - this.#yielded > BLOCKED_MS) {
      await setImmediate();
      this.#yielded = performance.now();
    }
    return this.#loss[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const binding of this.#bindings) await binding[Symbol.asyncDispose]();
    await this.#session[Symbol.asyncDispose]();
    await this.#kernel?.[Symbol.asyncDispose]();
  }

  #bind(from: 0 | 1): Binding {
    const step = this.#step;
    const [source, sink] = from === 0 ? this.#state : [this.#state[1], this.#state[0]];
    const binding = this.#session
      .bind()
      .input(step.data[0]!.name, this.features, step.data[0]!.dims)
      .input(step.target.name, this.target, step.target.dims)
      .input(step.weight.name, this.weight, step.weight.dims)
      .output(step.outputs.loss, this.#loss, [])
      .output(step.outputs.logits, new Float32Array(this.target.length), step.target.dims)
      .output(step.outputs.probabilities, this.probabilities, step.target.dims);
    if (step.outputs.gradientNorm !== undefined) binding.output(step.outputs.gradientNorm, new Float32Array(1), []);
    step.masks.forEach((mask, i) => binding.input(mask.name, this.#masks[i]!.values, mask.dims));
    for (const [name, value] of this.#scalars) binding.input(name, value, []);
    for (const s of step.state)
      binding.input(s.name, source.get(s.name)!, s.dims).output(s.next, sink.get(s.name)!, s.dims);
    this.#kernel?.bind(binding);
    return binding;
  }
}
