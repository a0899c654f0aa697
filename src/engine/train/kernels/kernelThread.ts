/** What the threads of a kernel run, and the memory they meet in. */

/**
 * Int32 places. Tickets count pieces of work over all jobs: `next` to be taken, up to `end`; `finished` are done. From `job` on: the
 * job's first ticket, columns per piece, addresses of weight, m, v, x, packed dz, scratch, then batch (0: dz
 * is the gradient itself, the parameter one row of `width` elements), width, out.
 */
export const SLOT = { next: 0, end: 1, finished: 2, job: 3 } as const;
/** Where the six numbers of the update lie, in floats: beta1, beta2, size, epsilon, l2, kept. */
export const SCALARS = 16;
export const HEADER_BYTES = 128;

/**
 * Gives a function that takes pieces of the job at hand until none is left. Everything it needs is inside, because worker threads
 * are started from its text. A job cannot end, nor the next one begin, while a piece is taken and not finished.
 */
export function kernelThread(module: WebAssembly.Module, memory: WebAssembly.Memory, thread: number): () => void {
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<
    'update' | 'updateDirect',
    (...n: number[]) => void
  >;
  const ints = new Int32Array(memory.buffer, 0, 16);
  const floats = new Float32Array(memory.buffer, 64, 6);
  return () => {
    for (;;) {
      const ticket = Atomics.load(ints, 0);
      if (((Atomics.load(ints, 1) - ticket) | 0) <= 0) return;
      if (Atomics.compareExchange(ints, 0, ticket, (ticket + 1) | 0) !== ticket) continue;
      const [, , , first, columns, w, m, v, x, dz, scratch, batch, width, out] = ints as unknown as number[];
      const from = ((ticket - first!) | 0) * columns!;
      const to = Math.min(width!, from + columns!);
      const own = scratch! + thread * columns! * batch! * 4;
      const numbers = floats as unknown as number[];
      if (batch === 0) kernel.updateDirect(w!, m!, v!, dz!, from, to, ...numbers);
      else kernel.update(w!, m!, v!, x!, dz!, own, batch!, width!, out!, from, to, ...numbers);
      Atomics.add(ints, 2, 1);
      Atomics.notify(ints, 2);
    }
  };
}

/** Program of a worker thread: awaits jobs, actively for `spin` milliseconds and then asleep. */
export const WORKER_PROGRAM = `
const { workerData: { module, memory, thread, spin } } = require('node:worker_threads');
const take = (${kernelThread.toString()})(module, memory, thread);
const ints = new Int32Array(memory.buffer, 0, 16);
for (let end = 0; ; ) {
  for (const until = performance.now() + spin; Atomics.load(ints, 1) === end && performance.now() < until; )
    for (let i = 0; i < 200 && Atomics.load(ints, 1) === end; i++);
  Atomics.wait(ints, 1, end);
  end = Atomics.load(ints, 1);
  take();
}`;
