// One preparation at a time: two commands started together must not install or build over each other.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './run.mjs';

const file = path.join(root, 'out/prepare.lock');

/** Whether the process that wrote the lock is gone (a lock without a process id is being written at this moment). */
function isStale() {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function acquire() {
  try {
    const fd = openSync(file, 'wx');
    writeSync(fd, String(process.pid));
    closeSync(fd);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !acquire();) {
    if (isStale()) rmSync(file, { force: true });
    else {
      if (!told) console.error('headway: waiting for another command that is preparing this checkout …');
      told = true;
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
