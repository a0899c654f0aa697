import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import {
  backboneNames,
  getBackbone,
  imagenetClasses,
  readBackboneModel,
} from '../../../src/engine/backbones/registry.ts';
import { readGraph } from '../../../src/engine/graph/read.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

test('every embedded backbone is what its descriptor says', async () => {
  for (const name of backboneNames()) {
    const backbone = await getBackbone(name);
    assert.equal(backbone.name, name);
    const graph = readGraph(await readBackboneModel(backbone), backbone.file);
    assert.deepEqual(
      graph.inputs.map(i => [i.name, i.type, ...i.shape.slice(1)]),
      [[backbone.input.name, 'uint8', backbone.input.height, backbone.input.width, 3]],
    );
    assert.equal(backbone.recipe.crop, backbone.input.height);
    const tensors = new Set(graph.nodes.flatMap(node => node.outputs));
    for (const { tensor } of backbone.boundaries) assert.ok(tensors.has(tensor), tensor);
    assert.ok(tensors.has(backbone.logits));
    assert.match(await readFile(path.join(path.dirname(backbone.file), `LICENSE-${name}`), 'utf8'), /Apache License/);
  }
});

test('a file that is not the one of the descriptor is refused', async () => {
  using folder = temporaryFolder();
  const backbone = await getBackbone('efficientnet-lite0');
  const bytes = Buffer.from(await readBackboneModel(backbone));
  bytes[bytes.length >> 1]! ^= 1;
  const file = path.join(folder.path, 'model.onnx');
  await writeFile(file, bytes);
  await assert.rejects(
    readBackboneModel({ ...backbone, file }),
    error => error instanceof HeadwayError && /model\.onnx is damaged/.test(error.message),
  );
  await assert.rejects(readBackboneModel({ ...backbone, file: `${file}.gone` }), /install Headway again/);
});

test('an unknown backbone is named together with those there are', async () => {
  await assert.rejects(getBackbone('resnet-9000'), /"resnet-9000"; there is efficientnet-lite0/);
});

test('ImageNet has its thousand names in order', async () => {
  const names = await imagenetClasses();
  assert.equal(names.length, 1000);
  assert.deepEqual(
    [names[0], names[949], names[999]?.split(',')[0]],
    ['tench, Tinca tinca', 'strawberry', 'toilet tissue'],
  );
});
