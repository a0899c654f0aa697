/** A network of the user's own, from the ONNX file to a trained classifier, on the command line. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { writeGraph } from '../../../src/engine/graph/write.ts';
import type { BackboneEntry } from '../../../src/shared/backbone.ts';
import { makeClassFolders } from '../classFolders.ts';
import { headway, type Finished } from '../headway.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { architectures } from './architectures.ts';

test('import, list, look, train, fine-tune, remove', async () => {
  using folder = temporaryFolder();
  const workspace = path.join(folder.path, 'work');
  const run = (...args: string[]): Promise<Finished> =>
    headway([...args, '-C', workspace, '--json'], { cache: path.join(folder.path, 'cache') });
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  await makeClassFolders(path.join(workspace, 'discs'), 12);
  const file = path.join(folder.path, 'Mine 1.onnx');
  writeFileSync(file, writeGraph(architectures['resnet18']!.build()));
  const unsaid = await run('backbones', 'import', file);
  assert.equal(unsaid.code, 2);
  assert.match(unsaid.stderr, /--preprocessing: torchvision/);

  const made = (await json('backbones', 'import', file, '--preprocessing', 'torchvision')) as BackboneEntry;
  assert.deepEqual([made.name, made.source, made.license], ['mine-1', 'imported', 'unknown']);
  assert.match(made.sha256, /^[0-9a-f]{64}$/);
  const list = async () => ((await json('backbones')) as { backbones: BackboneEntry[] }).backbones;
  const listed = await list();
  assert.deepEqual(
    listed.find(b => b.name === 'mine-1'),
    made,
  );
  assert.deepEqual(
    listed.map(b => b.state).filter((state, i, all) => state !== all[i - 1]),
    ['embedded', 'installed', 'available'],
  );

  const image = path.join(workspace, 'discs/lime/lime 3.jpg');
  const seen = (await json('classify', image, '--experiment', 'imagenet:mine-1')) as {
    predictions: { top: { label: string }[] }[];
  };
  assert.match(seen.predictions[0]?.top[0]?.label ?? '', /^class \d$/);

  await json('dataset', 'add', path.join(workspace, 'discs'));
  const train = async (...more: string[]) => {
    const args = ['train', '--backbone', 'mine-1', ...more];
    return (await json(...args)) as { metrics: { train: { accuracy: number } } };
  };
  assert.ok((await train('--head', 'probe')).metrics.train.accuracy > 0.6);
  // That the layers learn is shown in architectures.test.ts; here, that a run comes to its end and leaves a model.
  await train('--head', 'none', '--boundary', 'conv:3', '--epochs', '2', '--threads', '1');
  const answer = (await json('classify', image)) as typeof seen;
  assert.ok(['lemon', 'lime', 'plum'].includes(answer.predictions[0]?.top[0]?.label ?? ''));
  const quantised = await run(
    'train',
    '--backbone',
    'efficientnet-lite0-int8',
    '--head',
    'none',
    '--boundary',
    'last-conv',
  );
  assert.equal(quantised.code, 2);
  assert.match(quantised.stderr, /quantised and cannot be trained/);

  await json('backbones', 'remove', 'mine-1');
  assert.ok(!(await list()).some(b => b.name === 'mine-1'));
  const gone = await run('train', '--backbone', 'mine-1');
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /no backbone "mine-1"/);
});
