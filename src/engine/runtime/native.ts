import type { BindingBackend, RuntimeBackend, SessionBackend } from './backend.ts';
import { elementType } from './boundTensors.ts';
import { defaultThreads } from './defaultThreads.ts';
import type { Handle } from './handle.ts';
import { findRuntimeLibrary } from './libraryPath.ts';
import { ManagedRuntime } from './managedRuntime.ts';
import { readTensorInfos } from './nativeTensorInfo.ts';
import { addressOf, OrtLibrary } from './ortLibrary.ts';
import type { Dims, Runtime, SessionOptions, TensorData, TensorInfo } from './runtime.ts';

/** ONNXTensorElementDataType. */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;
/** Errors reach us as statuses; ONNX Runtime need not write them to stderr as well. */
const LOG_FATAL_ONLY = 4;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

// The library stays loaded for the life of the process: unloading it is not safe once it has started threads.
let loaded: OrtLibrary | undefined;

/** The library of this process, loaded at first use. Throws where it is missing or not the expected one. */
export function loadOrtLibrary(): OrtLibrary {
  if (!loaded) {
    const { path, version } = findRuntimeLibrary();
    loaded = new OrtLibrary(path, version);
  }
  return loaded;
}

/**
 * ONNX Runtime through the C API of its shared library. A wrong call ends the process, so only child processes use it.
 * Throws where the library is missing or not the expected one.
 */
export function createNativeRuntime(): Runtime {
  return new ManagedRuntime(new NativeRuntime(loadOrtLibrary()));
}

class NativeRuntime implements RuntimeBackend {
  readonly kind = 'native';
  readonly version: string;
  readonly #ort: OrtLibrary;
  readonly #environment: Handle;
  readonly #cpu: Handle;

  constructor(ort: OrtLibrary) {
    this.#ort = ort;
    this.version = `ONNX Runtime ${ort.version} (native)`;
    this.#environment = ort.create('CreateEnv', 'ReleaseEnv', LOG_FATAL_ONLY, 'headway');
    ort.call('DisableTelemetryEvents', this.#environment.pointer);
    this.#cpu = ort.create('CreateCpuMemoryInfo', 'ReleaseMemoryInfo', ARENA_ALLOCATOR, DEFAULT_MEMORY);
  }

  async load(model: Uint8Array, { threads, spinning }: SessionOptions): Promise<SessionBackend> {
    const ort = this.#ort;
    using options = ort.create('CreateSessionOptions', 'ReleaseSessionOptions');
    ort.call('SetIntraOpNumThreads', options.pointer, threads ?? defaultThreads());
    const configure = (key: string, on: boolean) =>
      ort.call('AddSessionConfigEntry', options.pointer, `session.${key}`, on ? '1' : '0');
    configure('intra_op.allow_spinning', spinning !== undefined && spinning !== false);
    configure('force_spinning_stop', spinning === 'within-run');
    const place = new BigUint64Array(1);
    await ort.callAsync(
      'CreateSessionFromArray',
      this.#environment.pointer,
      model,
      model.byteLength,
      options.pointer,
      place,
    );
    return new NativeSession(ort, ort.own(place[0]!, 'ReleaseSession'), this.#cpu);
  }

  release(): Promise<void> {
    this.#cpu[Symbol.dispose]();
    this.#environment[Symbol.dispose]();
    return Promise.resolve();
  }
}

class NativeSession implements SessionBackend {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #ort: OrtLibrary;
  readonly #session: Handle;
  readonly #cpu: Handle;

  constructor(ort: OrtLibrary, session: Handle, cpu: Handle) {
    this.#ort = ort;
    this.#session = session;
    this.#cpu = cpu;
    this.inputs = readTensorInfos(ort, session.pointer, 'Input');
    this.outputs = readTensorInfos(ort, session.pointer, 'Output');
  }

  bind(): BindingBackend {
    return new NativeBinding(this.#ort, this.#session, this.#cpu);
  }

  release(): Promise<void> {
    this.#session[Symbol.dispose]();
    return Promise.resolve();
  }
}

class NativeBinding implements BindingBackend {
  readonly #ort: OrtLibrary;
  readonly #session: Handle;
  readonly #cpu: Handle;
  readonly #binding: Handle;
  readonly #runOptions: Handle;

  constructor(ort: OrtLibrary, session: Handle, cpu: Handle) {
    this.#ort = ort;
    this.#session = session;
    this.#cpu = cpu;
    this.#binding = ort.create('CreateIoBinding', 'ReleaseIoBinding', session.pointer);
    this.#runOptions = ort.create('CreateRunOptions', 'ReleaseRunOptions');
  }

  input(name: string, data: TensorData, dims: Dims): void {
    using value = this.#valueOver(data, dims);
    this.#ort.call('BindInput', this.#binding.pointer, name, value.pointer);
  }

  output(name: string, data: TensorData, dims: Dims): void {
    using value = this.#valueOver(data, dims);
    this.#ort.call('BindOutput', this.#binding.pointer, name, value.pointer);
  }

  run(): Promise<void> {
    return this.#ort.callAsync(
      'RunWithBinding',
      this.#session.pointer,
      this.#runOptions.pointer,
      this.#binding.pointer,
    );
  }

  runSync(): void {
    this.#ort.call('RunWithBinding', this.#session.pointer, this.#runOptions.pointer, this.#binding.pointer);
  }

  terminate(): void {
    this.#ort.call('RunOptionsSetTerminate', this.#runOptions.pointer);
  }

  resume(): void {
    this.#ort.call('RunOptionsUnsetTerminate', this.#runOptions.pointer);
  }

  release(): void {
    this.#binding[Symbol.dispose]();
    this.#runOptions[Symbol.dispose]();
  }

  /** A value over the array's own memory. The native binding shares it, so our handle may go once it is bound. */
  #valueOver(data: TensorData, dims: Dims): Handle {
    return this.#ort.create(
      'CreateTensorWithDataAsOrtValue',
      'ReleaseValue',
      this.#cpu.pointer,
      addressOf(data),
      data.byteLength,
      BigInt64Array.from(dims, BigInt),
      dims.length,
      ELEMENT_TYPES[elementType(data)],
    );
  }
}
