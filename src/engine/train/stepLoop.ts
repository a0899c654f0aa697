/** Runs a training step graph again and again: fixed buffers, two bindings used in turn (state in, state out). */
import { fillDropoutMask } from '../graph/dropout.ts';
import type { ParameterValues } from '../graph/parameters.ts';
import type { TrainingStep } from '../graph/trainingStep.ts';
import type { Binding, Runtime, Session, SessionOptions } from '../runtime/runtime.ts';
import type { Random } from './random.ts';

const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

export class StepLoop implements AsyncDisposable {
  readonly #session: Session;
  readonly #step: TrainingStep;
  readonly #bindings: [Binding, Binding];
  /** State tensors by name; the current values are in `#state[#current]`. */
  readonly #state: [ParameterValues, ParameterValues];
  readonly #scalars = new Map<string, Float32Array>();
  readonly #masks: { values: Float32Array; rate: number }[];
  readonly #loss = new Float32Array(1);
  #current: 0 | 1 = 0;
  #count = 0;
  /** Filled by the caller before each step. */
  readonly features: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array;
  /** Softmax of the batch before the update, [batch, classes]. */
  readonly probabilities: Float32Array;

  private constructor(session: Session, step: TrainingStep, start: ParameterValues) {
    this.#session = session;
    this.#step = step;
    const [data] = step.data;
    this.features = new Float32Array(size(data!.dims));
    this.target = new Float32Array(size(step.target.dims));
    this.weight = new Float32Array(size(step.weight.dims));
    this.probabilities = new Float32Array(this.target.length);
    this.#masks = step.masks.map(mask => ({ values: new Float32Array(size(mask.dims)), rate: mask.rate }));
    const fresh = (): ParameterValues =>
      new Map(
        step.state.map(s => [
          s.name,
          s.role === 'optimizer' ? new Float32Array(size(s.dims)) : Float32Array.from(start.get(s.name)!),
        ]),
      );
    this.#state = [fresh(), fresh()];
    for (const name of Object.keys(step.scalars(1, { head: 0 }))) this.#scalars.set(name, new Float32Array(1));
    this.#bindings = [this.#bind(0), this.#bind(1)];
  }

  static async open(
    runtime: Runtime,
    step: TrainingStep,
    start: ParameterValues,
    options: SessionOptions,
  ): Promise<StepLoop> {
    return new StepLoop(await runtime.load(step.model(), options), step, start);
  }

  /** Current values of parameters and statistics; they change with the step after next: copy what is to be kept. */
  get parameters(): ParameterValues {
    const names = this.#step.state.filter(s => s.role !== 'optimizer').map(s => s.name);
    return new Map(names.map(name => [name, this.#state[this.#current].get(name)!]));
  }

  /** One optimizer step on what the buffers hold. Resolves to the weighted mean cross-entropy of the batch, nats. */
  async step(learningRate: number, random: Random): Promise<number> {
    this.#masks.forEach(mask => fillDropoutMask(random, mask.values, mask.rate));
    const scalars = this.#step.scalars(++this.#count, { head: learningRate });
    for (const [name, value] of Object.entries(scalars)) this.#scalars.get(name)![0] = value;
    await this.#bindings[this.#current].run();
    this.#current = this.#current === 0 ? 1 : 0;
    return this.#loss[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const binding of this.#bindings) await binding[Symbol.asyncDispose]();
    await this.#session[Symbol.asyncDispose]();
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
    step.masks.forEach((mask, i) => binding.input(mask.name, this.#masks[i]!.values, mask.dims));
    for (const [name, value] of this.#scalars) binding.input(name, value, []);
    for (const s of step.state)
      binding.input(s.name, source.get(s.name)!, s.dims).output(s.next, sink.get(s.name)!, s.dims);
    return binding;
  }
}
