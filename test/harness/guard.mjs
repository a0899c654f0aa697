// Runs VS Code's server as the leader of a process group of its own and ends the whole group, and the server's home folder with it,
// as soon as stdin closes: when the test asks for it, but also when the test's process dies in whatever way.
//   node guard.mjs HOME PROGRAM ARGS
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 5000;
const [home, program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const gone = new Promise(resolve => {
  child.once('exit', resolve);
  child.once('error', error => {
    console.error(error.message);
    resolve();
  });
});
const stopped = new Promise(resolve => process.stdin.resume().once('close', resolve));
for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => undefined);

await Promise.race([gone, stopped]);
process.kill(-process.pid, 'SIGTERM');
await Promise.race([gone, sleep(GRACE_MS)]);
// Its children (extension host, file watcher) may still be writing.
await sleep(50);
rmSync(home, { recursive: true, force: true, maxRetries: 5 });
process.kill(-process.pid, 'SIGKILL');
