import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `check` until it no longer throws and returns its result.
 * @param limitMs throws what `check` threw last when this time (milliseconds) is over
 */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 10_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}
