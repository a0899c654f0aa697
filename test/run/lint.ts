import { runScript } from './commands.ts';
import { emptyTally, type Tally } from './tally.ts';

const CHECKS = [
  { name: 'types (tsc --build)', args: ['node_modules/typescript/bin/tsc', '--build'] },
  { name: 'eslint', args: ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'] },
  {
    name: 'format (prettier --check)',
    args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  },
];

/** Types, ESLint and Prettier, each counted as one test. */
export async function runLint(signal: AbortSignal): Promise<Tally> {
  const tally = emptyTally();
  for (const { name, args } of CHECKS) {
    const code = await runScript(args, signal);
    console.log(`${code === 0 ? '✔' : '✖'} ${name}`);
    if (code === 0) tally.passed++;
    else tally.failed.push(name);
  }
  return tally;
}
