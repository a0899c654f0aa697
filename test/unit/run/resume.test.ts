import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { experimentPath } from '../../../src/engine/files/workspace.ts';
import { makeClassFolders } from '../classFolders.ts';
import { eventually, headway } from '../headway.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

describe('resume and determinism, with real kills', () => {
  const folder = temporaryFolder();
  const workspace = path.join(folder.path, 'workspace');
  const cache = path.join(folder.path, 'cache');
  const run = (...args: string[]) => headway([...args, '-C', workspace, '--json'], { cache });
  const idOf = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { id: string }).id;
  };
  const bytes = (id: string, part: 'model.onnx' | 'predictions.parquet' | 'dynamics.parquet') =>
    readFileSync(experimentPath(workspace, id, part));
  before(async () => {
    await makeClassFolders(path.join(workspace, 'discs'));
    assert.equal((await run('dataset', 'add', path.join(workspace, 'discs'))).code, 0);
  });
  after(() => folder[Symbol.dispose]());

  /** Batch normalisation, dropout, a schedule and augmentation: everything that has a state. */
  const config = [
    ...['--head', '48-16', '--batch-norm', '--dropout', '0.3', '--batch', '8', '--schedule', 'cosine'],
    ...['--augment', 'RandomHorizontalFlip', 'ColorJitter', '--variants', '2', '--patience', '0', '--epochs', '1200'],
  ];

  it('a run killed with SIGKILL and resumed ends bit for bit like one that was not', async () => {
    const whole = await idOf('train', ...config);
    let killed = '';
    await headway(['train', ...config, '-C', workspace], {
      cache,
      onStart: child =>
        void eventually(async () => {
          const { stdout } = await run('experiments');
          const [newest] = (JSON.parse(stdout) as { experiments: { id: string; status: string }[] }).experiments;
          if (newest?.status !== 'training' || !existsSync(experimentPath(workspace, newest.id, 'checkpoint.bin')))
            return;
          killed = newest.id;
          return child.kill('SIGKILL');
        }, 'a checkpoint'),
    });
    const { stdout } = await run('experiment', 'show', killed);
    assert.equal((JSON.parse(stdout) as { status: string }).status, 'interrupted');
    const resumed = await idOf('train', '--resume', killed);
    assert.equal(resumed, killed);
    assert.equal(
      existsSync(experimentPath(workspace, killed, 'checkpoint.bin')),
      false,
      'a finished run needs no checkpoint',
    );
    for (const part of ['model.onnx', 'predictions.parquet', 'dynamics.parquet'] as const)
      assert.ok(bytes(whole, part).equals(bytes(killed, part)), `${part} differs`);
    const history = (id: string) =>
      readFileSync(experimentPath(workspace, id, 'history.csv'), 'utf8').replace(/,[^,\n]*$/gm, '');
    assert.equal(history(killed), history(whole), 'all but the seconds');
  });

  it('verify repeats a run, and names what differs when the data has changed', async () => {
    const id = await idOf('train', '--head', '16', '--epochs', '5');
    const same = JSON.parse((await run('verify', id)).stdout) as { same: boolean; n: number };
    assert.deepEqual([same.same, same.n], [true, 48]);
    const { code, stderr } = await run('train', '--resume', id);
    assert.equal(code, 2);
    assert.match(stderr, /ran to its end/);
  });

  it('finds a learning rate and trains with it', async () => {
    const id = await idOf('train', '--head', '16', '--lr', 'find', '--epochs', '3');
    const rows = readFileSync(experimentPath(workspace, id, 'lr-finder.csv'), 'utf8')
      .trim()
      .split('\n');
    assert.ok(rows.length > 40, `${rows.length} rows`);
    const { config: used } = JSON.parse((await run('experiment', 'show', id)).stdout) as {
      config: { learningRate: number };
    };
    assert.ok(used.learningRate > 1e-6 && used.learningRate < 1, `${used.learningRate}`);
  });

  it('fine-tunes the last convolution, and the exported model gives the same answer', async () => {
    const id = await idOf(
      'train',
      '--head',
      'none',
      '--boundary',
      'last-conv',
      '--epochs',
      '6',
      '--head-epochs',
      '2',
      '--lr',
      '0.01',
    );
    const image = path.join(workspace, 'discs/lime/lime 3.jpg');
    const { predictions } = JSON.parse((await run('classify', image, '--experiment', id)).stdout) as {
      predictions: { top: { label: string; p: number }[] }[];
    };
    assert.equal(predictions[0]?.top[0]?.label, 'lime');
  });
});
