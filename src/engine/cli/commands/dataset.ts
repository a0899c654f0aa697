import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { SPLITS, type AddDataset, type DatasetSummary, type Layout } from '../../../shared/dataset.ts';
import { count } from '../../../shared/format.ts';
import { addDataset, listDatasets, openDataset, summary } from '../../datasets/dataset.ts';
import type { CliContext, Runner } from '../context.ts';
import { onlyDataset } from '../names.ts';
import { table } from '../terminal.ts';

interface AddOptions {
  name?: string;
  labelColumn?: string;
  layout: Layout | 'auto';
  split?: [number, number, number];
  seed: number;
  groupBy?: 'none' | 'column';
}

export function registerDataset(program: Command, run: Runner): void {
  const dataset = program.command('dataset').description('add, list and show data sets');
  dataset
    .command('add <source>')
    .description('scan a folder of class folders or a manifest CSV, check it, split it')
    .option('--name <name>', 'name of the data set (default: the folder or file)')
    .option('--label-column <column>', 'column of the manifest that holds the label')
    .addOption(
      new Option('--layout <layout>').choices(['auto', 'folders', 'split-folders', 'manifest']).default('auto'),
    )
    .option('--split <a/b/c>', 'shares of train, validation and test, e.g. 70/15/15', parseRatio)
    .option('--seed <n>', 'seed of the split', Number, 1)
    .addOption(new Option('--group-by <what>', 'keep groups in one split').choices(['none', 'column']))
    .action((source: string, options: AddOptions) =>
      run(async context => {
        const { workspace, terminal, engine, signal } = context;
        const { split, ...rest } = options;
        // The shell's folder, not the workspace, is where a relative path on the command line begins.
        const request: AddDataset = { source: path.resolve(source), ...rest, ...(split && { ratio: split }) };
        const opened = await addDataset(workspace, request, {
          store: engine.store,
          signal,
          onProgress: terminal.progress,
        });
        print(context, summary(opened));
      }),
    );
  dataset
    .command('list')
    .description('the data sets of the workspace')
    .action(() =>
      run(async ({ workspace, terminal, engine, signal }) => {
        const { datasets, problems } = await listDatasets(workspace, { store: engine.store, signal });
        problems.forEach(problem => terminal.warn(problem));
        const rows = datasets.map(d => [
          d.name,
          String(d.images),
          String(d.classes.length),
          ...SPLITS.map(s => String(d.splits[s])),
          String(d.problems.length),
        ]);
        const header = ['data set', 'images', 'classes', ...SPLITS, 'problems'];
        terminal.result(
          { datasets },
          rows.length === 0
            ? 'No data set yet: `headway dataset add FOLDER`.'
            : table(header, rows, new Set([1, 2, 3, 4, 5, 6])),
        );
      }),
    );
  dataset
    .command('show [name]')
    .description('classes, splits and problems of a data set')
    .action((name: string | undefined) =>
      run(async context => {
        const { workspace, engine, signal, terminal } = context;
        const which = name ?? (await onlyDataset(workspace));
        print(
          context,
          summary(await openDataset(workspace, which, { store: engine.store, signal, onProgress: terminal.progress })),
        );
      }),
    );
}

/** "70/15/15", as per cent or as fractions. */
export function parseRatio(text: string): [number, number, number] {
  const parts = text.split('/').map(Number);
  const [train, validation, test] = parts;
  if (
    parts.length !== 3 ||
    train === undefined ||
    validation === undefined ||
    test === undefined ||
    parts.some(p => !(p >= 0)) ||
    train === 0
  )
    throw new InvalidArgumentError('give three shares such as 70/15/15, the first above 0');
  return [train, validation, test];
}

function print({ terminal }: CliContext, dataset: DatasetSummary): void {
  const rows = dataset.classes.map(c => [c.name, ...SPLITS.map(s => String(c.counts[s]))]);
  rows.push(['total', ...SPLITS.map(s => String(dataset.splits[s]))]);
  const problems = dataset.problems.map(p => `! ${p.message}`);
  const head = `${dataset.name}: ${count(dataset.images, 'image')}, ${count(dataset.classes.length, 'class', 'classes')}, ${dataset.source}`;
  terminal.result(
    {
      name: dataset.name,
      images: dataset.images,
      classes: Object.fromEntries(dataset.classes.map(c => [c.name, c.counts])),
      splits: dataset.splits,
      problems: dataset.problems,
      layout: dataset.layout,
      source: dataset.source,
      dataHash: dataset.dataHash,
    },
    [
      head,
      '',
      table(['class', ...SPLITS], rows, new Set([1, 2, 3])),
      ...(problems.length > 0 ? ['', ...problems] : []),
    ].join('\n'),
  );
}
