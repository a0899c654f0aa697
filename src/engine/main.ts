#!/usr/bin/env node
/** The engine's one program: `service` and `probe` are for Headway itself, everything else is the command line. */
const [word, ...rest] = process.argv.slice(2);
switch (word) {
  case 'probe': {
    const { runProbe } = await import('./runtime/probe.ts');
    await runProbe();
    break;
  }
  case 'service': {
    const { runService } = await import('./service/service.ts');
    await runService(rest);
    break;
  }
  case 'run': {
    const { runWorker } = await import('./run/worker.ts');
    process.exitCode = await runWorker(rest);
    break;
  }
  default: {
    const { runCli } = await import('./cli/cli.ts');
    process.exitCode = await runCli(process.argv.slice(2));
  }
}
export {};
