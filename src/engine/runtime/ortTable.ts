/**
 * Places in `OrtApi`, the function table of ONNX Runtime's C API. Versions only append to it, so a place never changes.
 * Each entry: place, result, arguments. Arguments: p pointer, s C string, n size_t, i int.
 * Results: e `OrtStatus *` (an error when not null), s C string, i int, v nothing.
 * Source of the places: the order of `struct OrtApi` in onnxruntime_c_api.h.
 */
export const ORT_FUNCTIONS = {
  GetErrorCode: [1, 'i', 'p'],
  GetErrorMessage: [2, 's', 'p'],
  CreateEnv: [3, 'e', 'isp'],
  DisableTelemetryEvents: [6, 'e', 'p'],
  CreateSessionFromArray: [8, 'e', 'ppnpp'],
  CreateSessionOptions: [10, 'e', 'p'],
  SetIntraOpNumThreads: [24, 'e', 'pi'],
  SessionGetInputCount: [30, 'e', 'pp'],
  SessionGetOutputCount: [31, 'e', 'pp'],
  SessionGetInputTypeInfo: [33, 'e', 'pnp'],
  SessionGetOutputTypeInfo: [34, 'e', 'pnp'],
  SessionGetInputName: [36, 'e', 'pnpp'],
  SessionGetOutputName: [37, 'e', 'pnpp'],
  CreateRunOptions: [39, 'e', 'p'],
  RunOptionsSetTerminate: [46, 'e', 'p'],
  RunOptionsUnsetTerminate: [47, 'e', 'p'],
  CreateTensorWithDataAsOrtValue: [49, 'e', 'ppnpnip'],
  CastTypeInfoToTensorInfo: [55, 'e', 'pp'],
  GetTensorElementType: [60, 'e', 'pp'],
  GetDimensionsCount: [61, 'e', 'pp'],
  GetDimensions: [62, 'e', 'ppn'],
  GetSymbolicDimensions: [63, 'e', 'ppn'],
  CreateCpuMemoryInfo: [69, 'e', 'iip'],
  AllocatorFree: [76, 'e', 'pp'],
  GetAllocatorWithDefaultOptions: [78, 'e', 'p'],
  ReleaseEnv: [92, 'v', 'p'],
  ReleaseStatus: [93, 'v', 'p'],
  ReleaseMemoryInfo: [94, 'v', 'p'],
  ReleaseSession: [95, 'v', 'p'],
  ReleaseValue: [96, 'v', 'p'],
  ReleaseRunOptions: [97, 'v', 'p'],
  ReleaseTypeInfo: [98, 'v', 'p'],
  ReleaseSessionOptions: [100, 'v', 'p'],
  AddSessionConfigEntry: [130, 'e', 'pss'],
  RunWithBinding: [133, 'e', 'ppp'],
  CreateIoBinding: [134, 'e', 'pp'],
  ReleaseIoBinding: [135, 'v', 'p'],
  BindInput: [136, 'e', 'psp'],
  BindOutput: [137, 'e', 'psp'],
  GetBuildInfoString: [254, 's', ''],
} as const;

/** The oldest version of the C API that holds all entries above. */
export const ORT_API_VERSION = 24;

/** C types of the letters above, as koffi names them. */
export const C_TYPES = { p: 'void *', s: 'const char *', n: 'size_t', i: 'int', e: 'void *', v: 'void' } as const;

type Table = typeof ORT_FUNCTIONS;
export type OrtFunction = keyof Table;
type WithResult<R extends string> = { [N in OrtFunction]: Table[N][1] extends R ? N : never }[OrtFunction];
export type StatusFunction = WithResult<'e'>;
export type ReleaseFunction = WithResult<'v'>;

/** An address, or an array whose memory the called function reads or writes. */
export type Pointer = bigint | Uint8Array | BigInt64Array | BigUint64Array;
interface ArgumentTypes {
  p: Pointer;
  s: string;
  n: number;
  i: number;
}
type FromLetters<L extends string> = L extends `${infer First extends keyof ArgumentTypes}${infer Rest}`
  ? [ArgumentTypes[First], ...FromLetters<Rest>]
  : [];
/** The arguments of a function, checked by the compiler against the table. */
export type Arguments<N extends OrtFunction> = FromLetters<Table[N][2]>;
/** The same without the last one, where that is the place for the result. */
export type ArgumentsBeforeResult<N extends OrtFunction> = Arguments<N> extends [...infer A, Pointer] ? A : never;
