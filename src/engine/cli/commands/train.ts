import { Option, type Command } from 'commander';
import { HeadwayError } from '../../../shared/errors.ts';
import {
  ACTIVATIONS,
  DEFAULT_CONFIG,
  MONITORS,
  OPTIMIZERS,
  POOLINGS,
  SCHEDULES,
  type ExperimentFile,
  type TrainConfig,
} from '../../../shared/experiment.ts';
import { bytes, count } from '../../../shared/format.ts';
import {
  createExperiment,
  queueAgain,
  readExperiment,
  resolveExperimentId,
  summarize,
} from '../../experiments/experimentFiles.ts';
import { writeRateFinding } from '../../experiments/rateFile.ts';
import { experimentPath } from '../../files/workspace.ts';
import { executeExperiment } from '../../run/execute.ts';
import { estimateRun } from '../../run/estimate.ts';
import { findRate } from '../../run/findRate.ts';
import { checkConfig } from '../../train/config.ts';
import { nonNegative, positiveInteger, type CliContext, type Runner } from '../context.ts';
import { epochNote, experimentDocument, experimentText } from '../experimentText.ts';
import { onlyDataset } from '../names.ts';

/** What was given on the command line; the rest comes from `--from` or the defaults. */
type Given = Partial<Omit<TrainConfig, 'learningRate'>> & {
  lr?: number | 'find';
  name?: string;
  from?: string;
  resume?: string;
};

const d = DEFAULT_CONFIG;

export function registerTrain(program: Command, run: Runner): void {
  const command = program
    .command('train')
    .description('train a head, or the last layers of the backbone with it')
    .option('--dataset <name>', 'data set (may be left out when there is one)')
    .option('--from <id>', 'start from the configuration of another experiment')
    .option('--resume <id>', 'go on with an interrupted or stopped experiment where it ended')
    .option('--name <text>', 'name of the experiment');
  command.optionsGroup('Model:');
  command
    .option('--backbone <name>', `frozen network (default: ${d.backbone})`)
    .option(
      '--boundary <where>',
      `pool, last-conv, conv:K or percent:X: what is trained besides the head (default: ${d.boundary})`,
    )
    .option(
      '--head <layers>',
      `probe, none, simpler (256), m-simpler (64), m-simpler-bn, fastai, or widths such as ${d.head} (default)`,
    )
    .addOption(choice('--activation <name>', 'of the hidden layers', ACTIVATIONS, d.activation))
    .option('--batch-norm', 'batch normalisation in the hidden layers')
    .addOption(choice('--pooling <how>', 'of the last feature map', POOLINGS, d.pooling))
    .option('--dropout <share>', `of units after each hidden layer (default: ${d.dropout})`, nonNegative);
  command.optionsGroup('Optimisation:');
  command
    .option('--epochs <n>', `most epochs (default: ${d.epochs})`, positiveInteger)
    .option('--batch <n>', `images per step (default: ${d.batch})`, positiveInteger)
    .option('--lr <rate>', `learning rate, or \`find\` (default: ${d.learningRate})`, rateOrFind)
    .option(
      '--backbone-rate <share>',
      `the backbone's share of it when fine-tuning (default: ${d.backboneRate})`,
      nonNegative,
    )
    .option('--head-epochs <n>', `epochs for the head alone before fine-tuning (default: ${d.headEpochs})`, nonNegative)
    .addOption(choice('--optimizer <name>', '', OPTIMIZERS, d.optimizer))
    .option('--momentum <m>', `of SGD, Nesterov (default: ${d.momentum})`, nonNegative)
    .option('--weight-decay <w>', `of AdamW and SGD (default: ${d.weightDecay})`, nonNegative)
    .addOption(choice('--schedule <name>', 'of the learning rate', SCHEDULES, d.schedule))
    .option('--warmup <epochs>', `with a rising rate (default: ${d.warmup})`, nonNegative)
    .option('--clip-norm <norm>', 'largest norm of all gradients together, 0 = no clipping', nonNegative)
    .option('--l2 <strength>', 'penalty on weights (default: chosen on validation for a probe, else 0)', nonNegative)
    .option('--label-smoothing <share>', `(default: ${d.labelSmoothing})`, nonNegative)
    .option('--class-weights', 'rare classes count more')
    .option('--balanced-sampling', 'every epoch draws each class equally often')
    .addOption(choice('--monitor <what>', 'what says which epoch is the best, on validation', MONITORS, d.monitor))
    .option(
      '--patience <epochs>',
      `without improvement before stopping, 0 = never (default: ${d.patience})`,
      nonNegative,
    )
    .option('--min-delta <loss>', `what counts as improvement (default: ${d.minDelta})`, nonNegative);
  command.optionsGroup('Data:');
  command
    .option('--augment <names...>', 'augmentations by torchvision’s names, e.g. RandomResizedCrop RandomHorizontalFlip')
    .option('--variants <n>', `augmented variants per training image (default: ${d.variants})`, positiveInteger)
    .option('--tta', 'average predictions over augmented variants')
    .option('--subset <n>', 'train on so many training images, stratified and nested', positiveInteger)
    .option('--seed <n>', `(default: ${d.seed})`, nonNegative);
  command.action((options: CommandOptions) =>
    run(async context => {
      const id = await trainAs(context, givenBy(options));
      const summary = await summarize(context.workspace, id);
      context.terminal.result(experimentDocument(summary), experimentText(summary));
    }),
  );
}

type CommandOptions = Omit<Given, 'classWeights' | 'sampling' | 'testTimeAugmentation'> & {
  classWeights?: true;
  balancedSampling?: true;
  tta?: true;
};

function givenBy({ classWeights, balancedSampling, tta, ...rest }: CommandOptions): Given {
  return {
    ...rest,
    ...(classWeights && { classWeights: 'balanced' as const }),
    ...(balancedSampling && { sampling: 'balanced' as const }),
    ...(tta && { testTimeAugmentation: true }),
  };
}

async function trainAs(context: CliContext, given: Given): Promise<string> {
  const { workspace } = context;
  const { lr, name, from, resume, ...changes } = given;
  if (resume !== undefined) {
    const file = await readExperiment(workspace, await resolveExperimentId(workspace, resume));
    return runAndWait(context, await queueAgain(workspace, file));
  }
  const base =
    from === undefined ? undefined : await readExperiment(workspace, await resolveExperimentId(workspace, from));
  const config: TrainConfig = {
    ...DEFAULT_CONFIG,
    ...base?.config,
    ...changes,
    dataset: changes.dataset ?? base?.config.dataset ?? (await onlyDataset(workspace)),
    ...(typeof lr === 'number' && { learningRate: lr }),
    ...(context.options.threads !== undefined && { threads: context.options.threads }),
  };
  if (lr !== 'find') return trainAndWait(context, config, name);
  const { terminal, engine, signal } = context;
  const found = await findRate(engine, workspace, config, { signal, onProgress: terminal.progress });
  if (found.suggestion === undefined)
    throw new HeadwayError(
      'engine',
      'The loss did not fall at any learning rate from 1e-7 to 10; look at the data or the head.',
    );
  const learningRate = Number(found.suggestion.toPrecision(2));
  terminal.say(`Learning rate ${learningRate} (the middle of the range in which the loss falls).`);
  const id = await trainAndWait(context, { ...config, learningRate }, name);
  await writeRateFinding(experimentPath(workspace, id, 'lr-finder.csv'), found);
  return id;
}

/** Trains in this process with a progress line; resolves to the experiment's id. */
export async function trainAndWait(context: CliContext, config: TrainConfig, name?: string): Promise<string> {
  checkConfig(config);
  await tellSize(context, config);
  return runAndWait(context, await createExperiment(context.workspace, config, name));
}

async function runAndWait({ workspace, terminal, engine, signal }: CliContext, file: ExperimentFile): Promise<string> {
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

/** Feature maps are large: say so before they are computed. */
async function tellSize({ workspace, engine, terminal, signal }: CliContext, config: TrainConfig): Promise<void> {
  if (config.boundary === 'pool' && config.pooling !== 'flatten') return;
  const { toCompute, cacheBytes } = await estimateRun(engine, workspace, config, signal);
  if (toCompute > 0)
    terminal.say(
      `${count(toCompute, 'feature map')} will be computed first and take ${bytes(cacheBytes)} in the cache.`,
    );
}

const choice = (flags: string, description: string, choices: readonly string[], fallback: string): Option =>
  new Option(flags, `${description} (default: ${fallback})`.trim()).choices(choices.slice());

function rateOrFind(text: string): number | 'find' {
  if (text === 'find') return text;
  const rate = nonNegative(text);
  if (rate === 0) throw new HeadwayError('invalid', 'A learning rate of 0 would train nothing.');
  return rate;
}
