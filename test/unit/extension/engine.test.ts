/** The engine's life cycle, with the real service process started from source. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, type EngineOptions, type EngineState } from '../../../src/extension/engine/engine.ts';
import { headwayVersion } from '../../../src/engine/entry.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { root } from './texts.ts';

const SERVICE = path.join(root, 'src/engine/main.ts');
let folder: string;
let engine: Engine | undefined;

before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'headway-engine-'))));
after(() => rm(folder, { recursive: true, force: true }));
afterEach(() => engine?.dispose());

interface Watched {
  engine: Engine;
  states: EngineState[];
  gaveUp: HeadwayError[];
  lines: string[];
}

function create(options: Partial<EngineOptions> = {}): Watched {
  const states: EngineState[] = [];
  const gaveUp: HeadwayError[] = [];
  const lines: string[] = [];
  const line = (text: string | Error) => void lines.push(String(text));
  engine = new Engine({
    main: SERVICE,
    version: headwayVersion(),
    cacheDirectory: () => path.join(folder, 'cache'),
    log: { debug: line, info: line, warn: line, error: line },
    onState: s => states.push(s),
    onGaveUp: e => gaveUp.push(e),
    ...options,
    timing: { backoff: 1, ...options.timing },
  });
  return { engine, states, gaveUp, lines };
}

/** A program of the test's own in place of the service. */
async function program(source: string): Promise<string> {
  const file = path.join(folder, 'program.mjs');
  await writeFile(file, source);
  return file;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (condition()) return;
    await sleep(50);
  }
  assert.fail('it did not happen within 30 s');
}

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('engine', () => {
  it('starts on the first call only, and ends with dispose', async () => {
    const { engine, states } = create();
    assert.equal(engine.pid, undefined);
    assert.equal(await engine.api.ping(null), null);
    const pid = engine.pid!;
    assert.ok(exists(pid));
    assert.deepEqual(states, ['starting', 'running']);
    await engine.dispose();
    assert.ok(!exists(pid));
    await assert.rejects(engine.api.ping(null), /shutting down/);
  });

  it('uses one process for calls made together', async () => {
    const { engine, lines } = create();
    await Promise.all([engine.api.ping(null), engine.api.ping(null), engine.api.ping(null)]);
    assert.equal(lines.filter(l => /runs as process/.test(l)).length, 1);
  });

  it('starts anew after a kill -9', async () => {
    const { engine, gaveUp } = create();
    await engine.api.ping(null);
    const pid = engine.pid!;
    process.kill(pid, 'SIGKILL');
    await until(() => engine.pid === undefined);
    assert.equal(await engine.api.ping(null), null);
    assert.notEqual(engine.pid, pid);
    assert.deepEqual(gaveUp, []);
  });

  it('fails the calls under way when the process dies, with a sentence that says so', async () => {
    const { engine } = create();
    await engine.api.ping(null);
    // Stopped, so that the call is surely still under way when the process is killed.
    process.kill(engine.pid!, 'SIGSTOP');
    const call = engine.api.listExperiments({ workspace: folder });
    process.kill(engine.pid!, 'SIGKILL');
    await assert.rejects(call, (e: unknown) => {
      assert.ok(e instanceof HeadwayError);
      assert.equal(e.code, 'engine');
      assert.match(e.message, /stopped while it worked \(signal SIGKILL\)\. Try again\./);
      return true;
    });
    assert.equal(await engine.api.ping(null), null);
  });

  it('ends a process that does not answer its pings, and starts another', async () => {
    const { engine, lines } = create({ timing: { pingEvery: 500 } });
    await engine.api.ping(null);
    const pid = engine.pid!;
    process.kill(pid, 'SIGSTOP');
    await until(() => engine.pid !== pid);
    assert.ok(
      lines.some(l => /does not answer/.test(l)),
      lines.join('\n'),
    );
    assert.equal(await engine.api.ping(null), null);
  });

  it('gives up after three restarts, tells once, and tries again when asked', async () => {
    const file = await program('console.error("broken on purpose"); process.exit(7);');
    let main = file;
    const watched = create({ main });
    const { engine, gaveUp, states, lines } = watched;
    const together = await Promise.allSettled([engine.api.ping(null), engine.api.ping(null)]);
    for (const r of together) {
      assert.equal(r.status, 'rejected');
      assert.match(String(r.reason), /did not start \(exit code 7\)/);
    }
    assert.equal(lines.filter(l => l === '[engine] broken on purpose').length, 4);
    await assert.rejects(engine.api.ping(null), /did not start/);
    assert.equal(lines.filter(l => l === '[engine] broken on purpose').length, 4, 'no further start');
    assert.equal(gaveUp.length, 1);
    assert.equal(states.at(-1), 'failed');
    // Mended meanwhile: the program is now the service.
    main = SERVICE;
    await writeFile(file, `import ${JSON.stringify(main)};`);
    await engine.restart();
    assert.equal(await engine.api.ping(null), null);
    assert.equal(states.at(-1), 'running');
  });

  it('gives up on a process that never says hello, and leaves none behind', async () => {
    const main = await program(
      'console.error(`pid ${process.pid}`); setInterval(() => {}, 1000); process.on("SIGTERM", () => {});',
    );
    const { engine, lines } = create({ main, timing: { startTimeout: 200, killAfter: 50 } });
    await assert.rejects(engine.api.ping(null), /did not start \(no answer within 0\.2 s\)/);
    const pids = lines.flatMap(l => /^\[engine\] pid (\d+)$/.exec(l)?.[1] ?? []).map(Number);
    for (const pid of pids) assert.ok(!exists(pid));
  });

  it('does not try again with another version', async () => {
    const { engine, gaveUp, lines } = create({ version: '99.0.0' });
    await assert.rejects(engine.api.ping(null), /99\.0\.0/);
    assert.equal(gaveUp.length, 1);
    assert.equal(lines.filter(l => /99\.0\.0/.test(l)).length, 1);
  });

  it('can be disposed while it starts', async () => {
    const { engine } = create();
    const call = engine.api.ping(null);
    await Promise.all([assert.rejects(call, HeadwayError), engine.dispose()]);
    assert.equal(engine.pid, undefined);
  });
});
