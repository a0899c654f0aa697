import { createNativeRuntime } from '../../../src/engine/runtime/native.ts';
import { createPortableRuntime } from '../../../src/engine/runtime/portable.ts';
import type { Runtime } from '../../../src/engine/runtime/runtime.ts';

/** Every way to compute: the same test bodies run over each. */
export const implementations: readonly { name: string; create: () => Promise<Runtime> }[] = [
  { name: 'native', create: () => Promise.resolve(createNativeRuntime()) },
  { name: 'portable (onnxruntime-node)', create: () => createPortableRuntime('onnxruntime-node') },
  { name: 'portable (onnxruntime-web)', create: () => createPortableRuntime('onnxruntime-web') },
];
