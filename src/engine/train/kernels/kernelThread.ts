/** What the threads of the kernel run, and the memory they meet in. */

/**
 * Int32 places. Tickets count pieces of work over all jobs: `next` to be taken, up to `end`; `finished` are done. From `job` on: the
 * job's first ticket, elements per piece, elements in all, addresses of w, m, v and gradient.
 */
export const SLOT = { next: 0, end: 1, finished: 2, job: 3 } as const;
/** Where the six numbers of the update lie, in floats: beta1, beta2, size, epsilon, l2, kept. */
export const SCALARS = 16;
export const HEADER_BYTES = 128;

/**
 * Gives a function that takes pieces of the job at hand until none is left. Everything it needs is inside, because worker threads
 * are started from its text. A job cannot end, nor the next one begin, while a piece is taken and not finished.
 */
export function kernelThread(module: WebAssembly.Module, memory: WebAssembly.Memory): () => void {
  const update = new WebAssembly.Instance(module, { env: { memory } }).exports['update'] as (...n: number[]) => void;
  const ints = new Int32Array(memory.buffer, 0, 16);
  const floats = new Float32Array(memory.buffer, 64, 6);
  return () => {
    for (;;) {
      const ticket = Atomics.load(ints, 0);
      if (((Atomics.load(ints, 1) - ticket) | 0) <= 0) return;
      if (Atomics.compareExchange(ints, 0, ticket, (ticket + 1) | 0) !== ticket) continue;
      const [, , , first, piece, length, w, m, v, g] = ints as unknown as number[];
      const from = ((ticket - first!) | 0) * piece!;
      update(w!, m!, v!, g!, from, Math.min(length!, from + piece!), ...(floats as unknown as number[]));
      Atomics.add(ints, 2, 1);
      Atomics.notify(ints, 2);
    }
  };
}

/** Program of a worker thread: asleep until a job begins. */
export const WORKER_PROGRAM = `
const { workerData: { module, memory } } = require('node:worker_threads');
const take = (${kernelThread.toString()})(module, memory);
const ints = new Int32Array(memory.buffer, 0, 16);
for (let end = 0; ; take()) {
  Atomics.wait(ints, ${SLOT.end}, end);
  end = Atomics.load(ints, ${SLOT.end});
}`;
