/* eslint-disable @typescript-eslint/no-extraneous-class -- as in the platform */
/** The part of WebAssembly that the kernels use; TypeScript has its types only together with a browser's. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    readonly buffer: SharedArrayBuffer;
    constructor(descriptor: { initial: number; maximum: number; shared: true });
  }
  class Instance {
    readonly exports: Record<string, unknown>;
    constructor(module: Module, imports: { env: { memory: Memory } });
  }
}
