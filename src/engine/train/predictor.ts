import type { FeatureMatrix } from '../features/matrix.ts';
import { argmax, logLoss } from '../evaluate/metrics.ts';
import type { Graph } from '../graph/ir.ts';
import type { Parameter, ParameterValues } from '../graph/parameters.ts';
import { sizeOf } from '../graph/tensors.ts';
import { evaluationGraph } from '../graph/trainingStep.ts';
import { writeGraph } from '../graph/write.ts';
import type { Runtime, Session, SessionOptions } from '../runtime/runtime.ts';

/** Input values per run: large enough to keep the cores busy, small enough for any layer's activations. */
const CHUNK_VALUES = 1_500_000;

/** A trainable's forward part. The weights are read at each call, so that one session serves all epochs. */
export class Predictor implements AsyncDisposable {
  readonly #session: Session;
  readonly #parameters: readonly Parameter[];
  readonly #dims: readonly number[];
  readonly #classes: number;

  private constructor(session: Session, parameters: readonly Parameter[], dims: readonly number[], classes: number) {
    this.#session = session;
    this.#parameters = parameters;
    this.#dims = dims;
    this.#classes = classes;
  }

  /** `graph`: `features` [batch, ...dims] and the parameters to `logits` [batch, classes]. */
  static async open(
    runtime: Runtime,
    { graph, parameters }: { graph: Graph; parameters: readonly Parameter[] },
    { dims, classes }: { dims: readonly number[]; classes: number },
    options: SessionOptions = {},
  ): Promise<Predictor> {
    const model = writeGraph(evaluationGraph(graph, undefined, parameters));
    return new Predictor(await runtime.load(model, options), parameters, dims, classes);
  }

  /** Class probabilities [rows.length, classes]. */
  async predict(features: FeatureMatrix, rows: Int32Array, values: ParameterValues = new Map()): Promise<Float32Array> {
    const width = sizeOf(this.#dims);
    const chunk = Math.max(1, Math.min(rows.length, Math.floor(CHUNK_VALUES / width)));
    const out = new Float32Array(rows.length * this.#classes);
    const buffer = new Float32Array(chunk * width);
    for (let start = 0; start < rows.length; start += chunk) {
      const n = Math.min(chunk, rows.length - start);
      features.gather(rows.subarray(start, start + n), buffer);
      await using binding = this.#session.bind();
      for (const { name, dims } of this.#parameters) binding.input(name, values.get(name)!, dims);
      binding
        .input('features', buffer.subarray(0, n * width), [n, ...this.#dims])
        .output('logits', new Float32Array(n * this.#classes), [n, this.#classes])
        .output('probabilities', out.subarray(start * this.#classes, (start + n) * this.#classes), [n, this.#classes]);
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
