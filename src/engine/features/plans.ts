import { availableParallelism, cpus } from 'node:os';
import { hash } from 'node:crypto';
import { defaultThreads } from '../runtime/defaultThreads.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { Plan } from './lanes.ts';

/** Threads of Node's own pool, in which the decoder and the native runtime both work. */
const poolSize = (): number => Math.max(1, Number(process.env.UV_THREADPOOL_SIZE) || 4);

/**
 * Ways to spread `threads` over sessions, the one to use unmeasured first. Sessions of one thread have no barriers between threads and
 * leave no core idle beside the decoder, but take a batch of memory each; half of the pool is left for decoding. The portable runtime
 * blocks the JavaScript thread, so more than one session is of no use there.
 */
export function candidatePlans(runtime: Pick<Runtime, 'kind'>, threads: number = defaultThreads()): Plan[] {
  const sessions = runtime.kind === 'native' ? Math.max(1, Math.min(threads, Math.floor(poolSize() / 2))) : 1;
  const spread = { sessions, threads: Math.max(1, Math.floor(threads / sessions)) };
  const plans: Plan[] = [
    { ...spread, batch: 16 },
    { ...spread, batch: 8 },
  ];
  if (sessions > 1) plans.push({ sessions: 1, threads, batch: 16 });
  return plans;
}

/** Decodes at the same time: what the pool has left, and no more than there are processors. */
export function decodersBeside(plan: Plan): number {
  return Math.max(1, Math.min(poolSize() - plan.sessions, availableParallelism()));
}

/** A plan found best on this machine for this model, from earlier. */
export function rememberedPlan(store: Store, key: string, plans: readonly Plan[]): Plan | undefined {
  const text = store.setting(key);
  return plans.find(plan => text === JSON.stringify(plan));
}

export function rememberPlan(store: Store, key: string, plan: Plan): void {
  store.putSetting(key, JSON.stringify(plan));
}

/** All that the best plan depends on: model, runtime, processors, candidates. */
export function planKey(runtime: Runtime, model: string, plans: readonly Plan[]): string {
  const parts = [model, runtime.version, cpus()[0]?.model, availableParallelism(), plans];
  return `features.plan ${hash('sha256', JSON.stringify(parts), 'hex').slice(0, 16)}`;
}
