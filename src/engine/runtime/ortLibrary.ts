import koffi, { type KoffiFunc, type LibraryHandle } from 'koffi';
import { Handle } from './handle.ts';
import {
  C_TYPES,
  ORT_API_VERSION,
  ORT_FUNCTIONS,
  type Arguments,
  type ArgumentsBeforeResult,
  type OrtFunction,
  type Pointer,
  type ReleaseFunction,
  type StatusFunction,
} from './ortTable.ts';
import { RuntimeError } from './runtime.ts';

type NativeArgument = Pointer | string | number;
type NativeFunction = KoffiFunc<(...args: NativeArgument[]) => unknown>;
type Letter = keyof typeof C_TYPES;

/** Native code runs on koffi's stacks; the 128 KiB of asynchronous calls leave too little margin for large graphs. */
const STACK_SIZE = 8 << 20;

/** ONNX Runtime's shared library: calls through its function table, with errors as exceptions. */
export class OrtLibrary {
  readonly version: string;
  // koffi unloads a library that nothing refers to.
  readonly #library: LibraryHandle;
  readonly #table: bigint;
  readonly #functions = new Map<OrtFunction, NativeFunction>();
  /** Arguments of asynchronous calls: native code has only addresses, this keeps their memory from collection. */
  readonly #inFlight = new Set<readonly NativeArgument[]>();

  /**
   * @param expectedVersion version of the package that carries the library
   * Throws RuntimeError where the library is not the expected one or its table differs from ours.
   */
  constructor(path: string, expectedVersion: string) {
    // koffi refuses a new configuration after the first load.
    if ((koffi.config().async_stack_size ?? 0) < STACK_SIZE)
      koffi.config({ sync_stack_size: STACK_SIZE, async_stack_size: STACK_SIZE });
    this.#library = koffi.load(path);
    const base: unknown = this.#library.func('OrtGetApiBase', 'void *', [])();
    const [getApi, getVersion] = koffi.decode(base, koffi.array('void *', 2)) as [bigint, bigint];
    this.version = toFunction(getVersion, 's', '')() as string;
    if (this.version !== expectedVersion)
      throw new RuntimeError(`${path} is ONNX Runtime ${this.version}, expected ${expectedVersion}.`, 1);
    const table = toFunction(getApi, 'p', 'i')(ORT_API_VERSION) as bigint | null;
    if (table === null)
      throw new RuntimeError(`ONNX Runtime ${this.version} does not offer version ${ORT_API_VERSION} of its C API.`, 1);
    this.#table = table;
    const build = this.#get('GetBuildInfoString')() as string;
    if (!build.startsWith('ORT Build Info'))
      throw new RuntimeError(`The function table of ONNX Runtime ${this.version} is not the expected one.`, 1);
  }

  /** Names of the functions called so far. */
  get called(): ReadonlySet<OrtFunction> {
    return new Set(this.#functions.keys());
  }

  call<N extends StatusFunction>(name: N, ...args: Arguments<N>): void {
    this.#check(this.#get(name)(...(args as NativeArgument[])));
  }

  /** Calls on a thread of libuv's pool; the JavaScript thread stays free. */
  async callAsync<N extends StatusFunction>(name: N, ...args: Arguments<N>): Promise<void> {
    const native = args as NativeArgument[];
    this.#inFlight.add(native);
    try {
      const status = await new Promise<unknown>((resolve, reject) => {
        this.#get(name).async(...native, ((error: Error | null, result: unknown) => {
          if (error) reject(error);
          else resolve(result);
        }) as never);
      });
      this.#check(status);
    } finally {
      this.#inFlight.delete(native);
    }
  }

  /** Calls a function whose last argument is the place for its result: a pointer or a number. */
  result<N extends StatusFunction>(name: N, ...args: ArgumentsBeforeResult<N>): bigint {
    const place = new BigUint64Array(1);
    this.#check(this.#get(name)(...(args as NativeArgument[]), place));
    return place[0]!;
  }

  /** Creates an object and gives it an owner. */
  create<N extends StatusFunction>(name: N, release: ReleaseFunction, ...args: ArgumentsBeforeResult<N>): Handle {
    return this.own(this.result(name, ...args), release);
  }

  own(pointer: bigint, release: ReleaseFunction): Handle {
    return new Handle(pointer, p => void this.#get(release)(p));
  }

  #check(status: unknown): void {
    if (status === null) return;
    const pointer = status as bigint;
    const error = new RuntimeError(
      this.#get('GetErrorMessage')(pointer) as string,
      this.#get('GetErrorCode')(pointer) as number,
    );
    this.#get('ReleaseStatus')(pointer);
    throw error;
  }

  #get(name: OrtFunction): NativeFunction {
    let native = this.#functions.get(name);
    if (!native) {
      const [place, result, args] = ORT_FUNCTIONS[name];
      native = toFunction(koffi.decode(this.#table, place * 8, 'void *') as bigint, result, args);
      this.#functions.set(name, native);
    }
    return native;
  }
}

function toFunction(address: bigint, result: Letter, args: string): NativeFunction {
  const types = Array.from(args, letter => C_TYPES[letter as Letter]);
  return koffi.decode(address, koffi.proto(C_TYPES[result], types)) as NativeFunction;
}

/** Text at an address that stays owned by native code. */
export function textAt(pointer: bigint): string {
  return pointer === 0n ? '' : koffi.decode.string(pointer);
}

/** Address of an array's memory; valid while the array lives and is neither detached nor resized. */
export function addressOf(data: ArrayBufferView): bigint {
  return koffi.address(data);
}
