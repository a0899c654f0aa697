/** `bench NAME [--json] [--quick] [--only TEXT]`: runs bench/NAME.ts and prints a table, or one JSON document. */
import { readdirSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { formatReport, type Bench, type Report } from './report.ts';

/** These are not benchmarks themselves. */
const HELPERS = new Set(['main', 'report']);

const names = readdirSync(import.meta.dirname)
  .filter(file => file.endsWith('.ts'))
  .map(file => file.slice(0, -3))
  .filter(name => !HELPERS.has(name));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const [name = ''] = positionals;
if (!names.includes(name) || positionals.length !== 1) {
  process.stderr.write(
    `Usage: npm run -s bench -- NAME [--json] [--quick] [--only TEXT], NAME one of: ${names.join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };
  const rows = await bench(text => process.stderr.write(`${text}\n`), values);
  const report: Report = { name, machine: machine(), rows };
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${formatReport(report)}\n`);
}

function machine(): string {
  const model = os.cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${os.availableParallelism()} x ${model}, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
}
