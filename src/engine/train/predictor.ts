import type { Graph } from '../graph/ir.ts';
import type { Parameter, ParameterValues } from '../graph/parameters.ts';
import { evaluationGraph } from '../graph/trainingStep.ts';
import { writeGraph } from '../graph/write.ts';
import { argmax, logLoss } from '../evaluate/metrics.ts';
import type { Runtime, Session, SessionOptions } from '../runtime/runtime.ts';

/** Rows per run: large enough to keep the cores busy, small enough for any head's activations. */
const CHUNK = 1024;

/** A head's forward part. The weights are read at each call, so that one session serves all epochs. */
export class Predictor implements AsyncDisposable {
  readonly #session: Session;
  readonly #parameters: readonly Parameter[];
  readonly #width: number;
  readonly #classes: number;

  private constructor(session: Session, parameters: readonly Parameter[], width: number, classes: number) {
    this.#session = session;
    this.#parameters = parameters;
    this.#width = width;
    this.#classes = classes;
  }

  /** `graph`: `features` [batch, width] and the parameters to `logits` [batch, classes]. */
  static async open(
    runtime: Runtime,
    { graph, parameters }: { graph: Graph; parameters: readonly Parameter[] },
    width: number,
    classes: number,
    options: SessionOptions = {},
  ): Promise<Predictor> {
    const model = writeGraph(evaluationGraph(graph, undefined, parameters));
    return new Predictor(await runtime.load(model, options), parameters, width, classes);
  }

  /** Class probabilities [n, classes] of feature rows [n, width]. */
  async predict(features: Float32Array, values: ParameterValues = new Map()): Promise<Float32Array> {
    const n = features.length / this.#width;
    const out = new Float32Array(n * this.#classes);
    for (let start = 0; start < n; start += CHUNK) {
      const end = Math.min(n, start + CHUNK);
      await using binding = this.#session.bind();
      for (const { name, dims } of this.#parameters) binding.input(name, values.get(name)!, dims);
      binding.input('features', features.subarray(start * this.#width, end * this.#width), [end - start, this.#width]);
      binding.output('logits', new Float32Array((end - start) * this.#classes), [end - start, this.#classes]);
      binding.output('probabilities', out.subarray(start * this.#classes, end * this.#classes), [
        end - start,
        this.#classes,
      ]);
      await binding.run();
    }
    return out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}

/** Mean cross-entropy (nats) and share of right rows. */
export function score(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
): { loss: number; accuracy: number } {
  const right = labels.reduce((sum, label, i) => sum + (argmax(probabilities, i, classes) === label ? 1 : 0), 0);
  return {
    loss: logLoss({ labels, probabilities, classes }),
    accuracy: labels.length === 0 ? 0 : right / labels.length,
  };
}
