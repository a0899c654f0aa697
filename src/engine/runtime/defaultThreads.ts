import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

const CPUS = '/sys/devices/system/cpu';

/**
 * Threads to compute with: the processors this process may use (affinity and container limits count), at most one per
 * physical core, since two threads on one core share its vector units. The number of cores is known on Linux only; elsewhere
 * the processors count (Apple's cores run one thread each).
 */
export function defaultThreads(): number {
  return Math.max(1, Math.min(os.availableParallelism(), physicalCores() ?? Infinity));
}

function physicalCores(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const cores = readdirSync(CPUS)
      .filter(name => /^cpu\d+$/.test(name))
      .map(name => readFileSync(`${CPUS}/${name}/topology/thread_siblings_list`, 'utf8'));
    return new Set(cores).size || undefined;
  } catch {
    return undefined; // Sandboxes may hide the topology: the number of processors then decides.
  }
}
