import type { InferenceSession, InferenceSessionFactory, Tensor, TensorConstructor } from 'onnxruntime-common';
import { messageOf } from '../../shared/errors.ts';
import type { BindingBackend, RuntimeBackend, SessionBackend } from './backend.ts';
import { elementType } from './boundTensors.ts';
import { defaultThreads } from './defaultThreads.ts';
import { ManagedRuntime } from './managedRuntime.ts';
import {
  RuntimeError,
  type Dims,
  type Runtime,
  type SessionOptions,
  type TensorData,
  type TensorInfo,
} from './runtime.ts';

/** The part of ONNX Runtime's common JavaScript API used here. */
interface OrtApi {
  InferenceSession: InferenceSessionFactory;
  Tensor: TensorConstructor;
  env: { versions: { common: string }; wasm: { numThreads?: number }; logLevel?: string };
}
type PackageName = 'onnxruntime-node' | 'onnxruntime-web';

const NO_CODE = -1;
const LOG_FATAL_ONLY = 4;

/**
 * ONNX Runtime through its common JavaScript API: `onnxruntime-node`, or `onnxruntime-web` (WebAssembly) where that does not load.
 * A run blocks the JavaScript thread, and aborting takes effect only at its end. Outputs are copied into the bound arrays.
 * Throws RuntimeError where neither package loads.
 */
export async function createPortableRuntime(packageName?: PackageName): Promise<Runtime> {
  const names = packageName ? [packageName] : (['onnxruntime-node', 'onnxruntime-web'] as const);
  const problems: unknown[] = [];
  for (const name of names) {
    try {
      return new ManagedRuntime(new PortableRuntime(await importApi(name), name));
    } catch (error) {
      problems.push(error);
    }
  }
  throw new RuntimeError(`No ONNX Runtime can be loaded: ${problems.map(messageOf).join('; ')}`, NO_CODE, {
    cause: new AggregateError(problems),
  });
}

async function importApi(name: PackageName): Promise<OrtApi> {
  // Spelled out, so that bundlers see both names.
  const module: object = await (name === 'onnxruntime-node' ? import('onnxruntime-node') : import('onnxruntime-web'));
  // onnxruntime-node is CommonJS: depending on how it is loaded its exports lie in `default`.
  return ('InferenceSession' in module ? module : (module as { default: unknown }).default) as OrtApi;
}

class PortableRuntime implements RuntimeBackend {
  readonly kind = 'portable';
  readonly version: string;
  readonly #api: OrtApi;

  constructor(api: OrtApi, name: PackageName) {
    this.#api = api;
    this.version = `ONNX Runtime ${api.env.versions.common} (portable, ${name})`;
    api.env.logLevel = 'fatal';
    // WebAssembly has one pool of threads for all sessions, made with the first.
    api.env.wasm.numThreads = defaultThreads();
  }

  async load(model: Uint8Array, { threads, spinning }: SessionOptions): Promise<SessionBackend> {
    const session = await wrapErrors(
      this.#api.InferenceSession.create(model, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads ?? defaultThreads(),
        logSeverityLevel: LOG_FATAL_ONLY,
        extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
      }),
    );
    return new PortableSession(this.#api, session);
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

class PortableSession implements SessionBackend {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #api: OrtApi;
  readonly #session: InferenceSession;

  constructor(api: OrtApi, session: InferenceSession) {
    this.#api = api;
    this.#session = session;
    this.inputs = session.inputMetadata.map(toTensorInfo);
    this.outputs = session.outputMetadata.map(toTensorInfo);
  }

  bind(): BindingBackend {
    return new PortableBinding(this.#api, this.#session);
  }

  release(): Promise<void> {
    return wrapErrors(this.#session.release());
  }
}

class PortableBinding implements BindingBackend {
  readonly #api: OrtApi;
  readonly #session: InferenceSession;
  readonly #inputs = new Map<string, { data: TensorData; dims: Dims }>();
  readonly #outputs = new Map<string, { data: TensorData; dims: Dims }>();

  constructor(api: OrtApi, session: InferenceSession) {
    this.#api = api;
    this.#session = session;
  }

  input(name: string, data: TensorData, dims: Dims): void {
    this.#inputs.set(name, { data, dims: [...dims] });
  }

  output(name: string, data: TensorData, dims: Dims): void {
    this.#outputs.set(name, { data, dims: [...dims] });
  }

  async run(): Promise<void> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, { data, dims }] of this.#inputs) feeds[name] = this.#tensor(data, dims);
    const results = await wrapErrors(this.#session.run(feeds, [...this.#outputs.keys()]));
    for (const [name, { data, dims }] of this.#outputs) {
      const result = results[name] as Tensor;
      if (result.dims.join() !== dims.join())
        throw new RuntimeError(
          `The output "${name}" has dimensions [${result.dims.join(', ')}], bound were [${dims.join(', ')}].`,
          NO_CODE,
        );
      data.set(result.data as never);
      result.dispose();
    }
  }

  terminate(): void {
    // The common API cannot end a run early.
  }

  resume(): void {
    // Nothing to take back.
  }

  release(): void {
    this.#inputs.clear();
    this.#outputs.clear();
  }

  #tensor(data: TensorData, dims: Dims): Tensor {
    // The packages refuse shared memory.
    const own = data.buffer instanceof ArrayBuffer ? data : data.slice();
    return new this.#api.Tensor(elementType(data), own as never, dims);
  }
}

function toTensorInfo(metadata: InferenceSession.ValueMetadata): TensorInfo {
  if (!metadata.isTensor) return { name: metadata.name, dims: [], type: 'other' };
  const { name, type, shape } = metadata;
  const known = type === 'float32' || type === 'uint8' || type === 'int32' || type === 'int64';
  return { name, dims: shape.map(dim => (dim === '' ? -1 : dim)), type: known ? type : 'other' };
}

async function wrapErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new RuntimeError(messageOf(error), NO_CODE, { cause: error });
  }
}
