import type { Command } from 'commander';
import { bytes } from '../../../shared/format.ts';
import { examine } from '../../service/doctor.ts';
import type { Runner } from '../context.ts';
import { table } from '../terminal.ts';

export function registerDoctor(program: Command, run: Runner): void {
  program
    .command('doctor')
    .description('devices, versions and speed of this machine, and what to mend')
    .action(() =>
      run(async ({ terminal, engine, signal }) => {
        const report = await examine(engine, signal);
        const devices = report.devices.map(d => [
          d.name,
          d.runtime,
          d.version,
          `${d.imagesPerSecond.toFixed(0)} images/s`,
          d.chosen ? 'chosen' : '',
        ]);
        terminal.result(
          report,
          [
            `Headway ${report.headway}, Node ${report.node}, ${report.platform}, ${report.cpus} cores, ${report.memoryGiB.toFixed(1)} GiB`,
            `Cache: ${report.cache.path} (${bytes(report.cache.bytes)})`,
            '',
            table(['device', 'runtime', 'version', 'speed', ''], devices),
            '',
            ...(report.problems.length > 0 ? report.problems.map(p => `! ${p}`) : ['Nothing to mend.']),
          ].join('\n'),
        );
      }),
    );
}
