import { Option, type Command } from 'commander';
import { SPLITS, type Split } from '../../../shared/dataset.ts';
import { HeadwayError } from '../../../shared/errors.ts';
import { percent } from '../../../shared/format.ts';
import { wilson } from '../../evaluate/intervals.ts';
import { comparePredictions } from '../../experiments/comparison.ts';
import { resolveExperimentId } from '../../experiments/experimentFiles.ts';
import { readPredictions } from '../../experiments/predictionsFile.ts';
import { experimentPath } from '../../files/workspace.ts';
import type { Runner } from '../context.ts';

/** Below this two runs count as distinguishable. */
const SIGNIFICANT = 0.05;

export function registerCompare(program: Command, run: Runner): void {
  program
    .command('compare <a> <b>')
    .description('what the second experiment fixed and broke, and whether the two are distinguishable (exact McNemar)')
    .addOption(new Option('--split <split>').choices(SPLITS.slice()).default('test'))
    .action((first: string, second: string, { split }: { split: Split }) =>
      run(async ({ workspace, terminal }) => {
        const read = async (text: string) => {
          const id = await resolveExperimentId(workspace, text);
          return { id, table: await readPredictions(experimentPath(workspace, id, 'predictions.parquet')) };
        };
        const [a, b] = [await read(first), await read(second)];
        const result = comparePredictions(a.table, b.table, split);
        if (result.n === 0) throw new HeadwayError('invalid', `${a.id} and ${b.id} have no ${split} image in common.`);
        const accuracy = (right: number) => {
          const w = wilson(right, result.n);
          return `${percent(w.value)} (${percent(w.low)} to ${percent(w.high)})`;
        };
        const { both, onlyA, onlyB, neither, p, n } = result;
        terminal.result(
          { a: a.id, b: b.id, split, ...result },
          [
            `On ${n} ${split} images: ${accuracy(both + onlyA)} and ${accuracy(both + onlyB)}`,
            `fixed ${onlyB}, broken ${onlyA}, wrong in both ${neither}`,
            `McNemar p = ${p < 0.001 ? p.toExponential(1) : p.toFixed(3)}: ${p < SIGNIFICANT ? 'distinguishable' : 'not distinguishable'}`,
          ].join('\n'),
        );
      }),
    );
}
