import { InvalidArgumentError, Option, type Command } from 'commander';
import { PREPROCESSINGS, type BackboneEntry, type Preprocessing } from '../../../shared/backbone.ts';
import { bytes, percent } from '../../../shared/format.ts';
import { downloadBackbone, importBackbone, type InstallContext } from '../../backbones/install.ts';
import { installedEntry, listBackbones } from '../../backbones/list.ts';
import { removeBackbone, type Backbone } from '../../backbones/registry.ts';
import { positiveInteger, type CliContext, type Runner } from '../context.ts';
import { table } from '../terminal.ts';

interface ImportFlags {
  name?: string;
  preprocessing?: Preprocessing;
  layout?: 'NCHW' | 'NHWC';
  size?: number;
  license?: string;
}

export function registerBackbones(program: Command, run: Runner): void {
  const backbones = program
    .command('backbones')
    .description('the pre-trained networks: those here and those to be had')
    .action(() => run(list));
  backbones
    .command('get <name>')
    .description('download one of the catalogue')
    .action((name: string) => run(async context => show(context, await downloadBackbone(name, await place(context)))));
  backbones
    .command('import <file>')
    .description('use an ONNX file (a convolutional classification network) as a backbone')
    .option('--name <name>', "what to call it (default: the file's name)", backboneName)
    .addOption(new Option('--preprocessing <kind>', 'how its pixels are prepared').choices(Object.keys(PREPROCESSINGS)))
    .addOption(new Option('--layout <layout>', 'order of its input').choices(['NCHW', 'NHWC']))
    .option('--size <pixels>', 'edge of its images, where the file leaves it open', positiveInteger)
    .option('--license <text>', 'licence of its weights')
    .action((file: string, flags: ImportFlags) =>
      run(async context => show(context, await importBackbone({ file, ...flags }, await place(context)))),
    );
  backbones
    .command('remove <name>')
    .description('delete a downloaded or imported one')
    .action((name: string) =>
      run(async ({ engine, terminal }) => {
        await removeBackbone(name, engine.cacheDirectory);
        terminal.result({ removed: name }, `${name} is removed.`);
      }),
    );
}

function backboneName(text: string): string {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(text)) throw new InvalidArgumentError('use small letters, digits, dots, hyphens');
  return text;
}

const place = async ({ engine, terminal, signal }: CliContext): Promise<InstallContext> => ({
  directory: engine.cacheDirectory,
  runtime: await engine.runtime(),
  signal,
  onProgress: terminal.progress,
});

async function list({ engine, terminal }: CliContext): Promise<void> {
  const entries = await listBackbones(engine.cacheDirectory, engine.store, problem => terminal.warn(`! ${problem}`));
  const rows = entries.map(e => [
    e.name,
    e.state,
    bytes(e.bytes),
    e.license,
    e.imagenetTop1 === undefined ? '' : percent(e.imagenetTop1),
    e.parameters === undefined ? '' : `${(e.parameters / 1e6).toFixed(1)} M`,
    e.gflops === undefined ? '' : e.gflops.toFixed(1),
    e.imagesPerSecond === undefined ? '' : e.imagesPerSecond.toFixed(0),
  ]);
  const header = ['backbone', 'state', 'size', 'licence', 'top-1', 'parameters', 'GFLOPs', 'images/s here'];
  const notes = entries.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));
  const lines = [
    table(header, rows, new Set([2, 4, 5, 6, 7])),
    '',
    ...notes,
    'Get one with `headway backbones get NAME`.',
  ];
  terminal.result({ backbones: entries }, lines.join('\n'));
}

async function show({ engine, terminal }: CliContext, backbone: Backbone): Promise<void> {
  const entry = await installedEntry(backbone, engine.store);
  terminal.result(entry, describe(entry, backbone));
}

function describe(entry: BackboneEntry, { name, input, classes }: Backbone): string {
  const layers = entry.layers.map(({ boundary, title, dims, trained }) => [boundary, title, dims.join(' × '), trained === 0 ? '' : `${(trained / 1e6).toFixed(2)} M`]); // prettier-ignore
  return [
    `${entry.title}: images of ${input.height} × ${input.width} pixels, ${classes === undefined ? 'no classifier' : `${classes} classes`}, ${(entry.parameters! / 1e6).toFixed(1)} M parameters, ${entry.gflops!.toFixed(1)} GFLOPs.`,
    '',
    table(['boundary', 'cached', 'size', 'trained behind it'], layers, new Set([3])),
    '',
    `Look whether it sees what you see: headway classify IMAGE --experiment imagenet:${name}`,
    `Use it: headway train --backbone ${name}`,
  ].join('\n');
}
