import os from 'node:os';
import { throwIfAborted } from '../../shared/errors.ts';
import type { DoctorReport } from '../../shared/engineApi.ts';
import { DEFAULT_CONFIG } from '../../shared/experiment.ts';
import { cutBackbone } from '../backbones/cut.ts';
import { getBackbone } from '../backbones/registry.ts';
import type { Engine } from '../engine.ts';
import { headwayVersion } from '../entry.ts';
import { writeGraph } from '../graph/write.ts';

const BATCH = 8;
const ROUNDS = 5;

/** Looks at this machine: what computes here, how fast the default backbone runs, and what to mend. Takes a second or two. */
export async function examine(engine: Engine, signal: AbortSignal): Promise<DoctorReport> {
  const runtime = await engine.runtime();
  const backbone = await getBackbone(DEFAULT_CONFIG.backbone);
  const { height, width } = backbone.input;
  const { frozen } = await cutBackbone(backbone, DEFAULT_CONFIG.boundary);
  await using session = await runtime.load(writeGraph(frozen));
  const output = session.outputInfo[0]!;
  const dimensions = Number(output.dims.at(-1));
  await using binding = session
    .bind()
    .input(backbone.input.name, new Uint8Array(BATCH * height * width * 3), [BATCH, height, width, 3])
    .output(output.name, new Float32Array(BATCH * dimensions), [BATCH, dimensions]);
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    throwIfAborted(signal);
    const start = performance.now();
    await binding.run(signal);
    // The first round also sets memory up.
    if (round > 0) times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[times.length >> 1]!;
  const problems: string[] = [];
  if (engine.nativeProblem !== undefined)
    problems.push(`The native runtime does not work here, so everything is slower: ${engine.nativeProblem}`);
  const free = os.freemem() / 2 ** 30;
  if (free < 1) problems.push(`Only ${free.toFixed(1)} GiB of memory are free; close other programs before training.`);
  return {
    headway: headwayVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpus: os.availableParallelism(),
    memoryGiB: os.totalmem() / 2 ** 30,
    cache: { path: engine.store.path, bytes: engine.store.sizeBytes() },
    devices: [
      {
        name: runtime.device,
        runtime: runtime.kind,
        version: runtime.version,
        imagesPerSecond: (BATCH * 1000) / median,
        chosen: true,
      },
    ],
    problems,
  };
}
