import { Option, type Command } from 'commander';
import { SPLITS, type Split } from '../../../shared/dataset.ts';
import { HeadwayError } from '../../../shared/errors.ts';
import { count, percent } from '../../../shared/format.ts';
import {
  deleteExperiment,
  endPause,
  listExperiments,
  requestPause,
  requestStop,
  resolveExperimentId,
  summarize,
} from '../../experiments/experimentFiles.ts';
import { selectPredictions } from '../../experiments/predictionPage.ts';
import { readPredictions } from '../../experiments/predictionsFile.ts';
import { experimentPath } from '../../files/workspace.ts';
import { verifyExperiment } from '../../run/verify.ts';
import { positiveInteger, type Runner } from '../context.ts';
import { experimentDocument, experimentsTable, experimentText } from '../experimentText.ts';
import { table } from '../terminal.ts';

const SORTS = ['created', 'validation', 'test'] as const;

export function registerExperiments(program: Command, run: Runner): void {
  program
    .command('experiments')
    .description('the experiments of the workspace')
    .addOption(new Option('--sort <by>').choices(SORTS.slice()).default('created'))
    .option('--filter <text>', 'only those whose name, id, head or data set contains this')
    .action(({ sort, filter }: { sort: (typeof SORTS)[number]; filter?: string }) =>
      run(async ({ workspace, terminal }) => {
        const { experiments, problems } = await listExperiments(workspace);
        problems.forEach(problem => terminal.warn(problem));
        const shown = experiments.filter(
          ({ file }) =>
            filter === undefined ||
            [file.id, file.name, file.config.head, file.config.dataset].some(t => t.includes(filter)),
        );
        if (sort !== 'created')
          shown.sort((a, b) => (b.metrics[sort]?.accuracy.value ?? -1) - (a.metrics[sort]?.accuracy.value ?? -1));
        terminal.result(
          { experiments: shown.map(experimentDocument) },
          shown.length === 0 ? 'No experiment yet: `headway train`.' : experimentsTable(shown),
        );
      }),
    );
  const experiment = program.command('experiment').description('show, stop or delete one experiment');
  experiment
    .command('show <id>')
    .description('configuration and metrics (`last` is the newest)')
    .action((text: string) =>
      run(async ({ workspace, terminal }) => {
        const summary = await summarize(workspace, await resolveExperimentId(workspace, text));
        terminal.result(experimentDocument(summary), experimentText(summary));
      }),
    );
  experiment
    .command('stop <id>')
    .description('ask a running experiment to stop and keep its best weights')
    .action((text: string) =>
      run(async ({ workspace, terminal }) => {
        const id = await resolveExperimentId(workspace, text);
        await requestStop(workspace, id);
        terminal.result({ id, stopping: true }, `${id} was asked to stop.`);
      }),
    );
  experiment
    .command('pause <id>')
    .description('let a running experiment wait after its current epoch; `experiment resume` ends the wait')
    .action((text: string) =>
      run(async ({ workspace, terminal }) => {
        const id = await resolveExperimentId(workspace, text);
        await requestPause(workspace, id);
        terminal.result({ id, pausing: true }, `${id} will wait after its current epoch.`);
      }),
    );
  experiment
    .command('resume <id>')
    .description('end a pause (an interrupted run goes on with `train --resume`)')
    .action((text: string) =>
      run(async ({ workspace, terminal }) => {
        const id = await resolveExperimentId(workspace, text);
        await endPause(workspace, id);
        terminal.result({ id, resuming: true }, `${id} goes on.`);
      }),
    );
  experiment
    .command('delete <id>')
    .description('delete an experiment with its files')
    .action((text: string) =>
      run(async ({ workspace, terminal }) => {
        const id = await resolveExperimentId(workspace, text);
        await deleteExperiment(workspace, id);
        terminal.result({ id, deleted: true }, `${id} was deleted.`);
      }),
    );
  program
    .command('verify <id>')
    .description('run an experiment again and compare metrics and predictions')
    .action((text: string) =>
      run(async ({ workspace, terminal, engine, signal }) => {
        const id = await resolveExperimentId(workspace, text);
        const result = await verifyExperiment(engine, workspace, id, { signal, onProgress: terminal.progress });
        const verdict = result.same
          ? `The same: metrics and all ${result.n} predictions of ${id} were reproduced.`
          : `Not the same:\n${result.differences.map(line => `  ${line}`).join('\n')}`;
        terminal.result({ id, ...result }, verdict);
      }),
    );
  program
    .command('wrong <id>')
    .description('misclassified images, the most confident mistakes first')
    .addOption(new Option('--split <split>').choices(SPLITS.slice()).default('test'))
    .option('--limit <n>', 'at most so many', positiveInteger, 10_000)
    .action((text: string, { split, limit }: { split: Split; limit: number }) =>
      run(async ({ workspace, terminal }) => {
        const id = await resolveExperimentId(workspace, text);
        const predictions = await readPredictions(experimentPath(workspace, id, 'predictions.parquet'));
        if (!predictions.splits.includes(split))
          throw new HeadwayError('invalid', `Experiment ${id} has no ${split} images.`);
        const page = selectPredictions(predictions, { split, filter: 'wrong', sort: 'confidence', offset: 0, limit });
        const name = (k: number) => predictions.classes[k]!;
        const images = page.rows.map(r => ({
          path: r.path,
          label: name(r.label),
          predicted: name(r.predicted),
          p: r.p,
          pLabel: r.pLabel,
        }));
        const rows = images.map(i => [i.path, i.label, i.predicted, percent(i.p)]);
        terminal.result(
          { id, split, wrong: page.matching, n: page.total, images },
          `${count(page.matching, 'image')} of ${page.total} wrong (${split})\n\n${table(['image', 'label', 'predicted', 'p'], rows, new Set([3]))}`,
        );
      }),
    );
}
