import path from 'node:path';
import type { Command } from 'commander';
import { DEFAULT_CONFIG, type TrainConfig } from '../../../shared/experiment.ts';
import { count, duration } from '../../../shared/format.ts';
import { addDataset, summary } from '../../datasets/dataset.ts';
import { summarize } from '../../experiments/experimentFiles.ts';
import { createGarden } from '../../sample/garden.ts';
import type { CliContext, Runner } from '../context.ts';
import { experimentDocument, experimentsTable } from '../experimentText.ts';
import { trainAndWait } from './train.ts';

/** The reference talk's question on the sample: how much do more images and a larger head bring? */
const ROWS: Pick<TrainConfig, 'head' | 'subset'>[] = [
  { head: '512-64', subset: 150 },
  { head: '512-64', subset: 300 },
  { head: '512-64' },
  { head: 'simpler' },
  { head: 'probe' },
];

export function registerDemo(program: Command, run: Runner): void {
  program
    .command('demo [dir]')
    .description('make the sample data set, train heads on it and compare them (default folder: headway-demo)')
    .action((dir: string | undefined) => run(context => demo(context, path.resolve(dir ?? 'headway-demo'))));
}

async function demo(context: CliContext, workspace: string): Promise<void> {
  const { terminal, engine, signal } = context;
  const begin = performance.now();
  terminal.say(`The sample goes to ${workspace}.`);
  const garden = path.join(workspace, 'garden');
  await createGarden({
    directory: garden,
    signal,
    onProgress: (done, total) => terminal.progress({ phase: 'sample', done, total }),
  });
  const dataset = summary(
    await addDataset(
      workspace,
      { source: path.join(garden, 'manifest.csv'), name: 'garden', groupBy: 'column' },
      { store: engine.store, signal, onProgress: terminal.progress },
    ),
  );
  terminal.say(`${count(dataset.images, 'image')} in ${count(dataset.classes.length, 'class', 'classes')}.`);
  const experiments = [];
  for (const row of ROWS) {
    if (signal.aborted) break;
    const config: TrainConfig = { ...DEFAULT_CONFIG, ...row, dataset: 'garden' };
    experiments.push(await summarize(workspace, await trainAndWait({ ...context, workspace }, config)));
  }
  terminal.result(
    {
      dataset: dataset.name,
      workspace,
      experiments: experiments.map(experimentDocument),
      seconds: (performance.now() - begin) / 1000,
    },
    [
      '',
      experimentsTable(experiments),
      '',
      `Done in ${duration((performance.now() - begin) / 1000)}. Open ${workspace} in VS Code to look at the images, or try`,
      `  headway -C ${workspace} wrong last`,
    ].join('\n'),
  );
}
