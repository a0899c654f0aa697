import { createNativeRuntime } from '../../../src/engine/runtime/native.ts';
import type { Runtime } from '../../../src/engine/runtime/runtime.ts';

export const openTestRuntime = (): Runtime => createNativeRuntime();
