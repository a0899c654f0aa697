/** The linear probe against scikit-learn's LogisticRegression: time to its tolerance over five penalties, and equal results. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { argmax } from '../../src/engine/evaluate/metrics.ts';
import { buildHead } from '../../src/engine/graph/heads.ts';
import type { Runtime } from '../../src/engine/runtime/runtime.ts';
import { Predictor } from '../../src/engine/train/predictor.ts';
import { fitPath, polish, ProbeObjective, type ProbeFit } from '../../src/engine/train/probeObjective.ts';
import type { TrainingData } from '../../src/engine/train/training.ts';
import type { Peer } from '../peers/peer.ts';
import { median, type Row } from '../report.ts';
import { probeData } from './probeData.ts';

const CS = [0.001, 0.003, 0.01, 0.03, 0.1];
/** scikit-learn's default; and what makes its result exact, for the comparison. */
const TIMED = { tolerance: 1e-4, dtype: 'float32' };
const EXACT = { tolerance: 1e-8, dtype: 'float64' };

interface PeerFits {
  seconds: number;
  fits: { c: number; iterations: number; accuracy: number; probabilities: number[] }[];
}

export async function probeRows(
  runtime: Runtime,
  peer: Peer,
  threads: number,
  rounds: number,
  note: (text: string) => void,
): Promise<Row[]> {
  const { name, data } = await probeData(runtime, note);
  const n = data.train.length;
  const folder = await mkdtemp(path.join(tmpdir(), 'headway-bench-'));
  try {
    const file = path.join(folder, 'data.f32');
    await writeFile(
      file,
      [data.features.dense!, Float32Array.from(data.labels)].map(a => new Uint8Array(a.buffer)),
    );
    const request = { file, rows: data.labels.length, width: data.features.width, train: n, cs: CS, threads };
    const times = { ours: [] as number[], peer: [] as number[] };
    let ours: ProbeFit[] = [];
    let theirs: PeerFits | undefined;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      ours = await fitOurs(runtime, data, threads);
      times.ours.push((performance.now() - start) / 1000);
      theirs = await peer.ask<PeerFits>('probe', { ...request, ...TIMED });
      times.peer.push(theirs.seconds);
    }
    note(
      `probe on ${name}: ours ${times.ours.map(t => t.toFixed(2)).join(', ')} s, iterations ${ours.map(f => f.iterations).join(', ')}; ` +
        `scikit-learn ${times.peer.map(t => t.toFixed(2)).join(', ')} s, iterations ${theirs!.fits.map(f => f.iterations).join(', ')}`,
    );
    const exact = await peer.ask<PeerFits>('probe', { ...request, ...EXACT });
    const rows: Row[] = [
      {
        what: `probe, ${CS.length} penalties, ${n} x ${data.features.width}, ${data.classes} classes (scikit-learn)`,
        ours: median(times.ours),
        peer: median(times.peer),
        unit: 's',
        ratio: median(times.ours.map((t, i) => times.peer[i]! / t)),
        target: 3,
      },
    ];
    const head = buildHead({ features: data.features.width, layers: [], classes: data.classes });
    await using objective = await ProbeObjective.open(runtime, data, { classWeights: 'none', threads });
    await using predictor = await Predictor.open(runtime, head, data);
    for (const [i, { c, accuracy, probabilities }] of exact.fits.entries()) {
      const { values } = await polish(objective, ours[i]!);
      const own = await predictor.predict(data.features, data.validation, values);
      const right = data.validation.filter((row, j) => argmax(own, j, data.classes) === data.labels[row]).length;
      const difference = own.reduce((most, p, j) => Math.max(most, Math.abs(p - probabilities[j]!)), 0);
      rows.push({
        what: `probe at C = ${c}: accuracy`,
        ours: right / data.validation.length,
        peer: accuracy,
        unit: 'share right',
      });
      rows.push({
        what: `probe at C = ${c}: largest difference of a probability (1e-3 allowed)`,
        ours: difference,
        unit: 'probability',
      });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fitOurs(runtime: Runtime, data: TrainingData, threads: number): Promise<ProbeFit[]> {
  await using objective = await ProbeObjective.open(runtime, data, { classWeights: 'none', threads });
  const strengths = CS.map(c => 1 / (c * data.train.length));
  const fits: ProbeFit[] = [];
  for await (const fit of fitPath(objective, strengths)) fits.push(fit);
  return fits;
}
