/** The `headway` command line: one process, the same engine as the editor's, the same files. */
import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { CancelledError, HeadwayError, messageOf } from '../../shared/errors.ts';
import { openEngine } from '../engine.ts';
import { headwayVersion } from '../entry.ts';
import { defaultCacheDirectory } from '../store/location.ts';
import { registerBackbones } from './commands/backbones.ts';
import { registerClassify } from './commands/classify.ts';
import { registerCompare } from './commands/compare.ts';
import { registerDataset } from './commands/dataset.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExperiments } from './commands/experiments.ts';
import { registerTrain } from './commands/train.ts';
import { EXIT, positiveInteger, type GlobalOptions, type Runner } from './context.ts';
import { Terminal } from './terminal.ts';

/** Resolves to the exit code; prints one sentence on stderr when something is wrong. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = new Command('headway')
    .description('Curate image data sets and train classification heads on frozen ImageNet backbones.')
    .version(headwayVersion(), '--version')
    .option('--json', 'one JSON document on stdout, progress on stderr', false)
    .option('--quiet', 'no progress', false)
    .option('-C, --directory <dir>', 'workspace folder', '.')
    .option('--cache <dir>', 'folder of the cache')
    .option('--threads <n>', 'threads for computing', positiveInteger)
    .addOption(new Option('--device <name>', 'where to compute').choices(['auto', 'cpu']).default('auto'))
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError('(`headway --help` lists the commands)')
    .exitOverride();
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(EXIT.cancelled);
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const run: Runner = async action => {
    const options = program.opts<GlobalOptions>();
    const terminal = new Terminal(options);
    const workspace = path.resolve(options.directory);
    await using engine = openEngine(path.resolve(options.cache ?? defaultCacheDirectory()), message =>
      terminal.warn(message),
    );
    try {
      await action({ workspace, options, terminal, engine, signal: interrupt.signal });
    } finally {
      terminal.endProgress();
    }
  };
  for (const register of [
    registerDemo,
    registerDataset,
    registerTrain,
    registerExperiments,
    registerCompare,
    registerClassify,
    registerBackbones,
    registerDoctor,
  ])
    register(program, run);
  // Options such as --json are understood before and after the command.
  for (const command of program.commands) inheritGlobalOptions(program, command);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return interrupt.signal.aborted ? EXIT.cancelled : EXIT.done;
  } catch (error) {
    return exitCodeOf(error);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function inheritGlobalOptions(program: Command, command: Command): void {
  command.exitOverride();
  for (const option of program.options) {
    if (option.long === '--version' || command.options.some(o => o.long === option.long)) continue;
    command.addOption(new Option(option.flags, option.description).hideHelp());
    command.on(`option:${option.name()}`, (value: unknown) => {
      const parse = option.parseArg as ((text: string) => unknown) | undefined;
      program.setOptionValue(
        option.attributeName(),
        parse && typeof value === 'string' ? parse(value) : (value ?? true),
      );
    });
  }
  for (const sub of command.commands) inheritGlobalOptions(program, sub);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CancelledError) {
    process.stderr.write('Cancelled.\n');
    return EXIT.cancelled;
  }
  process.stderr.write(`headway: ${messageOf(error)}\n`);
  if (!(error instanceof HeadwayError)) {
    if (error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
    return EXIT.failed;
  }
  if (error.code === 'data') return EXIT.data;
  return error.code === 'invalid' || error.code === 'not-found' ? EXIT.usage : EXIT.failed;
}
