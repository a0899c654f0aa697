/**
 * Training against PyTorch and scikit-learn with the same number of threads. All sides run in turns, several rounds in short
 * bursts; a ratio is the median of the rounds' ratios, so that a load that comes and goes hits all of them alike.
 */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { defaultThreads } from '../src/engine/runtime/defaultThreads.ts';
import { createNativeRuntime } from '../src/engine/runtime/native.ts';
import type { Runtime } from '../src/engine/runtime/runtime.ts';
import { Peer } from './peers/peer.ts';
import { median, type BenchOptions, type Row } from './report.ts';
import { OurSession } from './training/ours.ts';
import { probeRows } from './training/probe.ts';
import { WORKS, type Work } from './training/works.ts';

/** Length of a burst of steps, seconds. */
const BURST = 0.5;
const ROUNDS = 11;
const QUICK_ROUNDS = 3;

export async function bench(
  note: (text: string) => void,
  { quick = false, only = '' }: BenchOptions = {},
): Promise<Row[]> {
  const threads = defaultThreads();
  await using runtime = createNativeRuntime();
  using peer = new Peer(threads, note);
  const { torch } = await peer.ask<{ torch: string }>('threads', { threads });
  note(`PyTorch ${torch}, ${runtime.version}, ${threads} threads`);
  const rows: Row[] = [];
  for (const work of WORKS.filter(({ name }) => name.includes(only)))
    rows.push(...(await trainingRows(runtime, peer, work, threads, quick ? QUICK_ROUNDS : ROUNDS, note)));
  if ('probe'.includes(only)) rows.push(...(await probeRows(runtime, peer, threads, quick ? 1 : 3, note)));
  if ('memory'.includes(only)) rows.push(memoryRow());
  return rows;
}

function memoryRow(): Row {
  const { status, stdout } = spawnSync(
    process.execPath,
    [path.join(import.meta.dirname, 'training/memoryProcess.ts')],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (status !== 0) throw new Error('The process that measures memory failed.');
  return {
    what: 'memory at its peak: head 512-64 on 100,000 x 1,280 (at most 1.5)',
    ours: Number(stdout) / 1e9,
    unit: 'GB',
  };
}

async function trainingRows(
  runtime: Runtime,
  peer: Peer,
  work: Work,
  threads: number,
  rounds: number,
  note: (text: string) => void,
): Promise<Row[]> {
  const { name, dims, convolutions, sizes, batch, rows } = work;
  await using ours = await OurSession.open(runtime, work, threads);
  const optimizers = ['eager', 'fused'] as const;
  for (const optimizer of optimizers)
    await peer.ask('open', { name: optimizer, optimizer, dims, convolutions, sizes, batch, rows });
  const sides = {
    ours: (steps: number) => ours.run(steps),
    eager: async (steps: number) => (await peer.ask<{ seconds: number }>('run', { name: 'eager', steps })).seconds,
    fused: async (steps: number) => (await peer.ask<{ seconds: number }>('run', { name: 'fused', steps })).seconds,
  };
  const names = Object.keys(sides) as (keyof typeof sides)[];
  const rates = { ours: [] as number[], eager: [] as number[], fused: [] as number[] };
  const steps = { ours: 1, eager: 1, fused: 1 };
  for (const side of names) {
    await sides[side](3);
    const seconds = (await sides[side](5)) / 5;
    steps[side] = Math.max(3, Math.round(BURST / seconds));
  }
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < names.length; i++) {
      const side = names[(i + round) % names.length]!;
      rates[side].push((steps[side] * batch) / (await sides[side](steps[side])));
    }
  for (const optimizer of optimizers) await peer.ask('close', { name: optimizer });
  const spread = (values: number[]) =>
    `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
  note(`${name}: ${names.map(n => `${n} ${spread(rates[n])}`).join(', ')}; load ${os.loadavg()[0]!.toFixed(1)}`);
  return optimizers.map(optimizer => ({
    what: `${name}, batch ${batch} (PyTorch ${optimizer} Adam)`,
    ours: median(rates.ours),
    peer: median(rates[optimizer]),
    unit: 'samples/s',
    ratio: median(rates.ours.map((rate, i) => rate / rates[optimizer][i]!)),
    target: work.target[optimizer],
  }));
}
