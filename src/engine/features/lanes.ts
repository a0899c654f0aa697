import type { Cut } from '../backbones/cut.ts';
import type { Backbone } from '../backbones/registry.ts';
import type { Binding, Runtime, Session } from '../runtime/runtime.ts';
import { writeGraph } from '../graph/write.ts';
import type { Forward } from './pipeline.ts';

/** How the forward pass is spread over the cores. */
export interface Plan {
  /** Sessions that run at the same time, each with its own batch. */
  sessions: number;
  /** Threads of each session. */
  threads: number;
  batch: number;
}

/** One session with its own input and output memory. */
export class Lane implements Forward, AsyncDisposable {
  readonly batch: number;
  readonly #session: Session;
  readonly #binding: Binding;
  readonly #input: { name: string; dims: readonly number[]; data: Uint8Array };
  readonly #output: { name: string; dims: readonly number[]; data: Float32Array };
  #bound = 0;

  constructor(session: Session, backbone: Backbone, { frozen, dims }: Cut, batch: number) {
    const { name, height, width } = backbone.input;
    this.batch = batch;
    this.#session = session;
    this.#binding = session.bind();
    const pixels = [height, width, 3];
    this.#input = { name, dims: pixels, data: new Uint8Array(batch * product(pixels)) };
    this.#output = {
      name: frozen.outputs[0]!.name,
      dims,
      data: new Float32Array(batch * product(dims)),
    };
  }

  /** Features [images.length, D] of at most `batch` pictures, valid until the next call. Throws CancelledError, RuntimeError. */
  async forward(images: readonly Uint8Array[], signal: AbortSignal): Promise<Float32Array> {
    const count = images.length;
    if (count !== this.#bound) {
      this.#binding.input(this.#input.name, part(this.#input, count), [count, ...this.#input.dims]);
      this.#binding.output(this.#output.name, part(this.#output, count), [count, ...this.#output.dims]);
      this.#bound = count;
    }
    for (const [i, image] of images.entries()) this.#input.data.set(image, i * image.length);
    await this.#binding.run(signal);
    return part(this.#output, count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#binding[Symbol.asyncDispose]();
    await this.#session[Symbol.asyncDispose]();
  }
}

/** The plan's lanes, to be disposed together. */
export class Lanes implements AsyncDisposable {
  readonly all: readonly Lane[];

  private constructor(all: readonly Lane[]) {
    this.all = all;
  }

  static async open(runtime: Runtime, backbone: Backbone, cut: Cut, plan: Plan): Promise<Lanes> {
    const lanes: Lane[] = [];
    const model = writeGraph(cut.frozen);
    for (let i = 0; i < plan.sessions; i++) {
      // Threads that wait actively would take the cores from decoding.
      const session = await runtime.load(model, { threads: plan.threads, spinning: false });
      lanes.push(new Lane(session, backbone, cut, plan.batch));
    }
    return new Lanes(lanes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.all) await lane[Symbol.asyncDispose]();
  }
}

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

function part<T extends Uint8Array | Float32Array>(
  { data, dims }: { data: T; dims: readonly number[] },
  count: number,
): T {
  return data.subarray(0, count * product(dims)) as T;
}
