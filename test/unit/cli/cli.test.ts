import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeClassFolders } from '../classFolders.ts';
import { headway, type Finished } from '../headway.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

describe('headway', () => {
  const folder = temporaryFolder();
  const workspace = path.join(folder.path, 'work space');
  const run = (...args: string[]): Promise<Finished> =>
    headway([...args, '-C', workspace], { cache: path.join(folder.path, 'cache') });
  const json = (finished: Finished): Record<string, unknown> => {
    assert.equal(finished.code, 0, finished.stderr);
    return JSON.parse(finished.stdout) as Record<string, unknown>;
  };
  before(async () => {
    await makeClassFolders(path.join(workspace, 'discs'));
    writeFileSync(path.join(workspace, 'discs/plum/broken.jpg'), 'no picture');
    json(await run('dataset', 'add', path.join(workspace, 'discs'), '--json'));
    json(await run('train', '--head', '32', '--epochs', '20', '--json'));
  });
  after(() => folder[Symbol.dispose]());

  it('shows the data set with its problems', async () => {
    const dataset = json(await run('dataset', 'show', '--json'));
    assert.equal(dataset.images, 48);
    assert.deepEqual(Object.keys(dataset.classes as object), ['lemon', 'lime', 'plum']);
    assert.match(JSON.stringify(dataset.problems), /plum\/broken\.jpg/);
  });

  it('shows the experiment with intervals', async () => {
    const { metrics, status, skipped } = json(await run('experiment', 'show', 'last', '--json')) as {
      metrics: Record<string, { accuracy: number; ci95: [number, number]; n: number }>;
      status: string;
      skipped: unknown[];
    };
    assert.equal(status, 'done');
    assert.deepEqual(skipped, [], 'the unreadable picture never came into the split');
    const { test } = metrics;
    assert.ok(test && test.n > 0 && test.ci95[0] <= test.accuracy && test.accuracy <= test.ci95[1]);
    assert.ok(test.accuracy > 0.7, `accuracy ${test.accuracy}`);
  });

  it('lists experiments and wrong images as text', async () => {
    const listed = await run('experiments');
    assert.match(listed.stdout, /32 {2,}done/);
    const wrong = await run('wrong', 'last', '--split', 'train');
    assert.match(wrong.stdout, /of \d+ wrong \(train\)/);
  });

  it('classifies with the trained head, and with ImageNet’s classes on request', async () => {
    const image = path.join(workspace, 'discs/lime/lime 3.jpg');
    const answer = json(await run('classify', image, path.join(workspace, 'discs/plum/broken.jpg'), '--json')) as {
      by: { kind: string };
      predictions: { top: { label: string; p: number }[]; problem?: string }[];
    };
    assert.equal(answer.by.kind, 'experiment');
    assert.equal(answer.predictions[0]?.top[0]?.label, 'lime');
    assert.ok(answer.predictions[1]?.problem);
    const imagenet = json(await run('classify', image, '--experiment', 'imagenet', '--json')) as {
      predictions: { top: unknown[] }[];
    };
    assert.equal(imagenet.predictions[0]?.top.length, 5);
  });

  it('gives the same metrics for the same seed', async () => {
    const metrics = async () => json(await run('train', '--head', '32', '--epochs', '5', '--json')).metrics;
    assert.deepEqual(await metrics(), await metrics());
  });

  it('exits with 2 for wrong usage, in one sentence', async () => {
    for (const [args, text] of [
      [['train', '--head', 'many'], /"many" is not a head/],
      [['train', '--epochs', '-3'], /whole number above 0/],
      [['train', '--dropout', '2'], /Dropout is 2/],
      [['fly'], /unknown command/],
      [['experiment', 'show', 'nope'], /No experiment "nope"/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, text);
      assert.doesNotMatch(stderr, / {4}at /, 'no stack trace');
    }
  });

  it('exits with 3 when the data is at fault, and names the folder', async () => {
    const empty = path.join(folder.path, 'empty');
    mkdirSync(empty);
    const { code, stderr } = await run('dataset', 'add', empty);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /empty/);
  });

  it('deletes', async () => {
    const { id } = json(await run('experiment', 'show', 'last', '--json'));
    json(await run('experiment', 'delete', String(id), '--json'));
    assert.equal(existsSync(path.join(workspace, '.headway/experiments', String(id))), false);
  });
});
