import { Option, type Command } from 'commander';
import { DEFAULT_CONFIG, type TrainConfig } from '../../../shared/experiment.ts';
import { createExperiment, summarize } from '../../experiments/experimentFiles.ts';
import { executeExperiment } from '../../run/execute.ts';
import { checkConfig } from '../../train/config.ts';
import { nonNegative, positiveInteger, type CliContext, type Runner } from '../cli.ts';
import { epochNote, experimentDocument, experimentText } from '../experimentText.ts';
import { onlyDataset } from '../names.ts';

interface TrainOptions {
  dataset?: string;
  backbone: string;
  boundary: string;
  head: string;
  epochs: number;
  batch: number;
  lr: number;
  dropout: number;
  l2?: number;
  patience: number;
  subset?: number;
  seed: number;
  name?: string;
}

export function registerTrain(program: Command, run: Runner): void {
  program
    .command('train')
    .description('train a head on a data set')
    .option('--dataset <name>', 'data set (may be left out when there is one)')
    .option('--backbone <name>', 'frozen network', DEFAULT_CONFIG.backbone)
    .option('--boundary <name>', 'where the frozen part ends', DEFAULT_CONFIG.boundary)
    .option(
      '--head <layers>',
      'probe, none, simpler (256), m-simpler (64), or layer widths such as 512-64',
      DEFAULT_CONFIG.head,
    )
    .option('--epochs <n>', 'most epochs', positiveInteger, DEFAULT_CONFIG.epochs)
    .option('--batch <n>', 'images per step', positiveInteger, DEFAULT_CONFIG.batch)
    .option('--lr <rate>', 'learning rate', nonNegative, DEFAULT_CONFIG.learningRate)
    .option('--dropout <share>', 'share of units dropped after each hidden layer', nonNegative, DEFAULT_CONFIG.dropout)
    .option('--l2 <strength>', 'L2 penalty (default: chosen on validation for a probe, else 0)', nonNegative)
    .option(
      '--patience <epochs>',
      'stop after so many epochs without improvement, 0 = never',
      nonNegative,
      DEFAULT_CONFIG.patience,
    )
    .option('--subset <n>', 'train on so many training images', positiveInteger)
    .addOption(new Option('--seed <n>', 'seed').argParser(nonNegative).default(DEFAULT_CONFIG.seed))
    .option('--name <text>', 'name of the experiment')
    .action((options: TrainOptions) =>
      run(async context => {
        const { dataset, lr, l2, subset, name, ...rest } = options;
        const config: TrainConfig = {
          ...DEFAULT_CONFIG,
          ...rest,
          dataset: dataset ?? (await onlyDataset(context.workspace)),
          learningRate: lr,
          l2: l2 ?? 'auto',
          ...(subset !== undefined && { subset }),
          ...(context.options.threads !== undefined && { threads: context.options.threads }),
        };
        const id = await trainAndWait(context, config, name);
        const summary = await summarize(context.workspace, id);
        context.terminal.result(experimentDocument(summary), experimentText(summary));
      }),
    );
}

/** Trains in this process with a progress line; resolves to the experiment's id. */
export async function trainAndWait(context: CliContext, config: TrainConfig, name?: string): Promise<string> {
  const { workspace, terminal, engine, signal } = context;
  checkConfig(config);
  const file = await createExperiment(workspace, config, name);
  let note = '';
  await executeExperiment(engine, workspace, file, {
    stop: signal,
    stopReason: () => 'Cancelled.',
    onProgress: p => terminal.progress(p, p.phase === 'training' ? note : ''),
    onEpoch: row => (note = epochNote(row)),
  });
  terminal.endProgress();
  return file.id;
}
