import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { catalogEntry, mirrorsOf, readCatalog } from '../../../src/engine/backbones/catalog.ts';
import { cutBackbone } from '../../../src/engine/backbones/cut.ts';
import { countOperations, countParameters, layersOf } from '../../../src/engine/backbones/layers.ts';
import {
  backboneNames,
  getBackbone,
  imagenetClasses,
  readBackboneModel,
  type Backbone,
} from '../../../src/engine/backbones/registry.ts';
import { readGraph } from '../../../src/engine/graph/read.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { runGraph } from '../graph/reference/runtime.ts';
import { tensor } from '../graph/reference/tensor.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

test('every embedded backbone is what its descriptor says', async () => {
  for (const name of await backboneNames()) {
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
    assert.ok(tensors.has(backbone.logits!));
    assert.equal(graph.outputs.find(o => o.name === backbone.logits)?.shape[1], backbone.classes);
    assert.equal(backbone.parameters, countParameters(graph));
    assert.equal(backbone.flops, countOperations(graph, backbone.logits!));
    const layers = layersOf(graph, backbone.featureMap, backbone.boundaries[0]!.tensor);
    assert.deepEqual(backbone.layers, backbone.frozenOnly ? layers.slice(0, 1) : layers);
    assert.match(
      await readFile(path.join(path.dirname(backbone.file), 'LICENSE-efficientnet-lite0'), 'utf8'),
      /Apache License/,
    );
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

test('the int8 network gives nearly the features of the float one, and cannot be trained', async () => {
  const float = await getBackbone('efficientnet-lite0');
  const quantised = await getBackbone('efficientnet-lite0-int8');
  await assert.rejects(
    cutBackbone(quantised, 'last-conv'),
    error => error instanceof HeadwayError && /quantised/.test(error.message),
  );
  const random = createRandom(1, 'picture');
  // Smooth, as pictures are.
  const image = Float64Array.from({ length: 224 * 224 * 3 }, (_, i) => 127 + 100 * Math.sin(i / 9000 + (i % 3)) + 10 * random.next()); // prettier-ignore
  const features = async (backbone: Backbone): Promise<Float64Array> => {
    const { frozen, name } = await cutBackbone(backbone, 'pool');
    return (await runGraph(frozen, new Map([['image', tensor(image, [1, 224, 224, 3])]]))).get(name)!.data;
  };
  const [a, b] = [await features(float), await features(quantised)];
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  assert.ok(cosine > 0.9, String(cosine));
});

test("the catalogue: ten networks, each with mirrors, the user's first", async () => {
  const catalog = await readCatalog();
  assert.equal(catalog.length, 10);
  const vgg = catalogEntry(catalog, 'vgg16-12.onnx')!;
  assert.deepEqual(
    [vgg.name, vgg.preprocessing, vgg.recipe.crop, vgg.imagenetTop1],
    ['vgg16', 'torchvision', 224, 0.7238],
  );
  const urls = await mirrorsOf(vgg, { HEADWAY_MIRRORS: 'http://one.example/{file}, http://two.example/{zooPath}' });
  assert.deepEqual(urls.slice(0, 3), [
    'http://one.example/vgg16-12.onnx',
    'http://two.example/validated/vision/classification/vgg/model/vgg16-12.onnx',
    'https://huggingface.co/onnxmodelzoo/vgg16-12/resolve/main/vgg16-12.onnx',
  ]);
  for (const { name, title, parameters, sha256 } of catalog) {
    assert.ok(title !== '' && (parameters ?? 0) > 1e6, name);
    assert.match(sha256, /^[0-9a-f]{64}$/);
  }
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
