import { tmpdir } from 'node:os';
import path from 'node:path';
import { HeadwayError } from '../../shared/errors.ts';
import type { Progress, RateFinding, TrainConfig } from '../../shared/experiment.ts';
import { parseHead } from '../../shared/head.ts';
import type { Engine } from '../engine.ts';
import { checkConfig } from '../train/config.ts';
import { findLearningRate } from '../train/rateFinder.ts';
import { trainableOf } from './estimate.ts';
import { prepare } from './prepare.ts';

/** A learning-rate range test on the configuration's own data. Throws HeadwayError, CancelledError. */
export async function findRate(
  engine: Engine,
  workspace: string,
  config: TrainConfig,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (p: Progress) => void },
): Promise<RateFinding> {
  checkConfig(config);
  if (parseHead(config.head).kind === 'probe')
    throw new HeadwayError('invalid', 'A probe has no learning rate to find; L-BFGS chooses its own steps.');
  const spillFile = path.join(tmpdir(), `headway-${process.pid}.features`);
  using prepared = await prepare(engine, workspace, config, { spillFile, signal, onProgress });
  return await findLearningRate(trainableOf(prepared.cut, prepared.data.classes, config), prepared.data, config, {
    runtime: await engine.runtime(),
    signal,
    onStep: (done, total) => onProgress({ phase: 'training', done, total }),
  });
}
