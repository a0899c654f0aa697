/**
 * A run outlives the window that started it by a grace time only. The window's service touches a lease file; the run watches it and
 * stops when nobody has touched it for that long. A reloaded window takes the lease up again, so a reload never costs a run.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../files/atomic.ts';

const TOUCH_EVERY_MS = 5_000;
const CHECK_EVERY_MS = 5_000;
/** Checks in a row without a touch. Counted in checks, not in clock time, so that a sleeping laptop loses nothing. */
const GRACE_CHECKS = 12;

/** Touches the file until disposed. `onError` hears of a file that cannot be written. */
export function holdLease(file: string, onError: (error: unknown) => void): Disposable {
  const touch = () => {
    mkdir(path.dirname(file), { recursive: true })
      .then(() => writeFile(file, new Date().toISOString()))
      .catch(onError);
  };
  touch();
  const timer = setInterval(touch, TOUCH_EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Calls `onExpired` once when the lease has not been touched for the grace time. */
export function watchLease(file: string, onExpired: () => void, checkEveryMs = CHECK_EVERY_MS): Disposable {
  let last = '';
  let unchanged = 0;
  const check = async () => {
    const stamp = await stat(file).then(
      s => String(s.mtimeMs),
      (error: unknown) => {
        if (isMissing(error)) return last;
        throw error;
      },
    );
    unchanged = stamp === last ? unchanged + 1 : 0;
    last = stamp;
    if (unchanged < GRACE_CHECKS) return;
    clearInterval(timer);
    onExpired();
  };
  const timer = setInterval(() => void check(), checkEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
