/** Importing ONNX files: the same answers as the file itself gives, names and hashes, and one sentence for each file that cannot be used. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import onnxProto from 'onnx-proto';
import type { CatalogEntry } from '../../../src/engine/backbones/catalog.ts';
import { importBackbone, installEntry } from '../../../src/engine/backbones/install.ts';
import { readModelFile } from '../../../src/engine/backbones/import/modelFile.ts';
import { getBackbone, readBackboneModel, removeBackbone } from '../../../src/engine/backbones/registry.ts';
import type { Graph } from '../../../src/engine/graph/ir.ts';
import { readGraph } from '../../../src/engine/graph/read.ts';
import { sliceGraph } from '../../../src/engine/graph/slice.ts';
import { writeGraph } from '../../../src/engine/graph/write.ts';
import { createNativeRuntime } from '../../../src/engine/runtime/native.ts';
import type { Runtime } from '../../../src/engine/runtime/runtime.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import type { Preprocessing } from '../../../src/shared/backbone.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';
import { runGraph } from '../graph/reference/runtime.ts';
import { tensor } from '../graph/reference/tensor.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { architectures } from './architectures.ts';
import { loopback, serveFile } from './loopback.ts';
import { Net } from './net.ts';

let runtime: Runtime;
before(() => {
  runtime = createNativeRuntime();
});
after(() => runtime[Symbol.asyncDispose]());

const isError = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof HeadwayError && error.code === code && pattern.test(error.message);

/** The published formulas, written down once more. */
const prepared: Record<Preprocessing, (rgb: readonly number[]) => number[]> = {
  torchvision: rgb => rgb.map((v, c) => (v / 255 - [0.485, 0.456, 0.406][c]!) / [0.229, 0.224, 0.225][c]!),
  caffe: ([r, g, b]) => [b! - 103.939, g! - 116.779, r! - 123.68],
  tf: rgb => rgb.map(v => v / 127.5 - 1),
  'tf-lite': rgb => rgb.map(v => (v - 127) / 128),
  unit: rgb => rgb.map(v => v / 255),
  none: rgb => [...rgb],
};

const softmax = (scores: ArrayLike<number>): number[] => {
  const e = Array.from(scores, Math.exp);
  return e.map(v => v / e.reduce((a, b) => a + b));
};

for (const [name, { build, preprocessing, size, classes }] of Object.entries(architectures))
  test(`${name}: scores are those of the file on prepared pixels`, async () => {
    using folder = temporaryFolder();
    const original = build();
    const file = path.join(folder.path, `small-${name}.onnx`);
    await writeFile(file, writeGraph(original));
    const backbone = await importBackbone({ file, preprocessing }, { directory: folder.path, runtime });
    const random = createRandom(3, name);
    const area = size * size;
    const pixels = Float64Array.from({ length: 2 * area * 3 }, () => Math.floor(random.next() * 256));
    const imported = sliceGraph(readGraph(await readBackboneModel(backbone)), backbone.logits!).head;
    const both = (await runGraph(imported, new Map([['image', tensor(pixels, [2, size, size, 3])]]))).get(
      backbone.logits!,
    )!;

    const [input] = original.inputs;
    const last = input!.shape[3] === 3;
    for (const i of [0, 1]) {
      const values = new Float64Array(area * 3);
      for (let p = 0; p < area; p++) {
        const at = (i * area + p) * 3;
        const channels = prepared[preprocessing](Array.from(pixels.subarray(at, at + 3)));
        channels.forEach((v, c) => (values[last ? p * 3 + c : c * area + p] = v));
      }
      const dims = last ? [1, size, size, 3] : [1, 3, size, size];
      const output = original.outputs[0]!.name;
      const expected = (await runGraph(original, new Map([[input!.name, tensor(values, dims)]]))).get(output)!.data;
      const found = both.data.subarray(i * classes, (i + 1) * classes);
      const soft = original.nodes.at(-1)!.opType === 'Softmax';
      const [want, got] = soft ? [expected, softmax(found)] : [expected, found];
      const scale = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      want.forEach((v, k) => assert.ok(Math.abs(v - got[k]!) < 1e-4 * scale, `${v} ${got[k]!}`));
    }
  });

const small = (): Graph => architectures['squeezeNet']!.build();

async function setUp(files: Record<string, Uint8Array | string> = { 'small.onnx': writeGraph(small()) }) {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder.path, name), content);
  const context = { directory: path.join(folder.path, 'cache'), runtime };
  const run = (name: string, more: Partial<Parameters<typeof importBackbone>[0]> = {}) =>
    importBackbone({ file: path.join(folder.path, name), preprocessing: 'torchvision', ...more }, context);
  return { folder: folder.path, context, run, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test('an imported backbone is found, described, verified, replaced and removed', async () => {
  using t = await setUp();
  const made = await t.run('small.onnx', { license: 'CC0' });
  const { directory } = t.context;
  const found = await getBackbone('small', { directory });
  assert.deepEqual(found, made);
  assert.deepEqual([found.license, found.origin?.kind, found.recipe.crop], ['CC0', 'imported', 64]);
  assert.equal(found.origin?.sha256, hash('sha256', await readFile(path.join(t.folder, 'small.onnx')), 'hex'));
  assert.equal((await t.run('small.onnx', { preprocessing: 'tf' })).origin?.preprocessing, 'tf');
  assert.deepEqual(await readdir(path.join(directory, 'backbones')), ['small']);

  const bytes = await readFile(found.file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(found.file, bytes);
  await assert.rejects(readBackboneModel(found), isError('data', /damaged.*backbones remove small/));
  await writeFile(path.join(directory, 'backbones', 'small', 'backbone.json'), '{"name": "small"}');
  await assert.rejects(getBackbone('small', { directory }), isError('data', /backbone\.json is damaged/));
  await removeBackbone('small', directory);
  await assert.rejects(getBackbone('small', { directory }), isError('not-found', /no backbone "small"/));
  await assert.rejects(removeBackbone('small', directory), isError('not-found', /"small"/));
  await assert.rejects(removeBackbone('efficientnet-lite0', directory), isError('invalid', /part of Headway/));
  await assert.rejects(removeBackbone('..', directory), isError('invalid', /cannot be the name/));
});

test("names: the catalogue's are for its own files alone", async () => {
  const model = writeGraph(small());
  using t = await setUp({ 'vgg16-12.onnx': model, 'VGG.onnx': model, 'own.onnx': model });
  await assert.rejects(
    t.run('vgg16-12.onnx'),
    isError('data', /not the catalogue's vgg16: its SHA-256 is [0-9a-f]{64}, not 722c/),
  );
  await assert.rejects(t.run('own.onnx', { name: 'resnet50' }), isError('data', /not the catalogue's resnet50/));
  await assert.rejects(t.run('own.onnx', { name: 'efficientnet-lite0' }), isError('invalid', /embedded/));
  await assert.rejects(t.run('own.onnx', { name: '../x' }), isError('invalid', /cannot be the name/));
  await assert.rejects(
    t.run('own.onnx', { preprocessing: undefined }),
    isError('invalid', /--preprocessing: torchvision/),
  );
  assert.equal((await t.run('VGG.onnx')).name, 'vgg');
});

test('files that are no usable models: one sentence each, nothing is left behind', async () => {
  const model = writeGraph(small());
  const text = new Net('text');
  text.b.input('words', 'int64', ['batch', 128]);
  const grey = new Net('grey');
  const dense = new Net('dense');
  const two = new Net('two');
  two.b.input('other', 'float32', ['batch', 4]);
  const wide = new Net('wide');
  const files: Record<string, [Uint8Array | string, RegExp]> = {
    'empty.onnx': ['', /is empty/],
    'lfs.onnx': ['version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /Git LFS pointer/],
    'page.onnx': ['<!doctype html><html>', /web page/],
    'torch.onnx': ['PK\x03\x04....', /ZIP archive/],
    'keras.onnx': [Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), /HDF5/],
    'pickle.onnx': [Buffer.from('\x80\x02}q', 'latin1'), /pickle/],
    'lite.onnx': [Buffer.from('\x1c\0\0\0TFL3', 'latin1'), /TensorFlow Lite/],
    'picture.onnx': [Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1'), /cannot be read as an ONNX model/],
    'short.onnx': [model.subarray(0, model.length >> 1), /damaged or cut short/],
    'noise.onnx': [Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251), /cannot be read as an ONNX model/],
    'absurd.onnx': [absurdTensor(), /has 4 bytes, not those of float32 \[1000000000, 1000000000\]/],
    'text.onnx': [writeGraph(text.finish(text.b.add('Cast', ['words'], { to: 1 }))), /takes no images/],
    'grey.onnx': [writeGraph(grey.finish(grey.conv(grey.b.input('x', 'float32', ['n', 1, 28, 28]), 4, 3))), /1 channels/],
    'dense.onnx': [writeGraph(dense.finish(dense.gemm(dense.flatten(dense.b.input('x', 'float32', ['n', 3, 8, 8])), 10))), /No convolution/],
    'two.onnx': [writeGraph(two.finish(two.conv(two.b.input('x', 'float32', ['n', 3, 8, 8]), 4, 3))), /2 inputs \(other, x\)/],
    'wide.onnx': [writeGraph(wide.finish(wide.conv(wide.b.input('x', 'float32', ['n', 3, 8, 16]), 4, 3))), /8 × 16 pixels; only square/],
    'bias.onnx': [wrongBias(), /cannot be computed here/],
    'mixing.onnx': [mixingBatch(), /depends on the other images/],
  }; // prettier-ignore
  using t = await setUp(Object.fromEntries(Object.entries(files).map(([name, [content]]) => [name, content])));
  for (const [name, [, pattern]] of Object.entries(files))
    await assert.rejects(t.run(name), error => {
      assert.ok(error instanceof HeadwayError, `${name}: ${String(error)}`);
      assert.equal(error.code, 'data', name);
      assert.match(error.message, pattern);
      assert.ok(error.message.includes(name) && !error.message.includes('\n    at '), error.message);
      return true;
    });
  await mkdir(path.join(t.folder, 'folder.onnx'));
  await assert.rejects(t.run('folder.onnx'), isError('data', /not a file/));
  await assert.rejects(t.run('gone.onnx'), isError('not-found', /does not exist/));
  await writeFile(path.join(t.folder, 'huge.onnx'), '');
  await truncate(path.join(t.folder, 'huge.onnx'), 3 * 2 ** 30);
  await assert.rejects(t.run('huge.onnx'), isError('data', /at most 2 GB/));
  assert.ok(!existsSync(path.join(t.context.directory, 'backbones')));
});

function absurdTensor(): Uint8Array {
  const { onnx } = onnxProto;
  const model = onnx.ModelProto.decode(writeGraph(small()));
  model.graph!.initializer![0] = { name: 'w', dims: [1e9, 1e9], dataType: 1, rawData: new Uint8Array(4) };
  return onnx.ModelProto.encode(model).finish();
}

/** A bias of the wrong length: well-formed, but the runtime refuses it. */
function wrongBias(): Uint8Array {
  const n = new Net('bias');
  const graph = n.finish(n.relu(n.conv(n.b.input('x', 'float32', ['n', 3, 8, 8]), 4, 3)));
  const nodes = graph.nodes.map(node => (node.opType === 'Conv' ? { ...node, inputs: [node.inputs[0]!, node.inputs[1]!, 'absent'] } : node)); // prettier-ignore
  return writeGraph({ ...graph, nodes, initializers: new Map([...graph.initializers, ['absent', { type: 'float32', dims: [3], data: new Uint8Array(12) }]]) }); // prettier-ignore
}

/** Normalises over the whole batch, as an export in training mode does. */
function mixingBatch(): Uint8Array {
  const n = new Net('mixing');
  const x = n.conv(n.b.input('x', 'float32', ['n', 3, 8, 8]), 4, 3);
  const mean = n.b.add('ReduceMean', [x], { axes: [0, 2, 3], keepdims: 1 });
  return writeGraph(n.finish(n.b.add('Sub', [n.relu(x), mean])));
}

test('weights in another file are read from beside the model, and from nowhere else', async () => {
  using t = await setUp({});
  const { onnx } = onnxProto;
  const model = onnx.ModelProto.decode(writeGraph(small()));
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const w of model.graph!.initializer!) {
    if (w.dataType !== 1) continue;
    const data = Uint8Array.from(w.rawData!);
    parts.push(data);
    w.externalData = [
      { key: 'location', value: 'weights.bin' },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(data.length) },
    ];
    w.dataLocation = onnx.TensorProto.DataLocation.EXTERNAL;
    w.rawData = new Uint8Array(0);
    offset += data.length;
  }
  const file = path.join(t.folder, 'split.onnx');
  await writeFile(file, onnx.ModelProto.encode(model).finish());
  await assert.rejects(t.run('split.onnx'), isError('data', /weights\.bin, which is not there/));
  await writeFile(path.join(t.folder, 'weights.bin'), Buffer.concat(parts));
  const { graph } = await readModelFile(file);
  assert.deepEqual(
    [...graph.initializers].map(([name, { data }]) => [name, Buffer.from(data).toString('hex')]),
    [...small().initializers].map(([name, { data }]) => [name, Buffer.from(data).toString('hex')]),
  );
  assert.equal((await t.run('split.onnx')).classes, 10);
  await truncate(path.join(t.folder, 'weights.bin'), offset - 1);
  await assert.rejects(t.run('split.onnx'), isError('data', /weights\.bin is cut short/));
  await writeFile(path.join(t.folder, 'secret.bin'), Buffer.concat(parts));
  const inner = path.join(t.folder, 'inner');
  await mkdir(inner);
  await symlink('../secret.bin', path.join(inner, 'link.bin'));
  for (const location of [path.join(t.folder, 'secret.bin'), '../secret.bin', 'link.bin']) {
    for (const w of model.graph!.initializer!) if (w.externalData?.length) w.externalData[0]!.value = location;
    await writeFile(path.join(inner, 'split.onnx'), onnx.ModelProto.encode(model).finish());
    await assert.rejects(t.run('inner/split.onnx'), isError('data', /outside its own folder/));
  }
});

test('a backbone of the catalogue comes from a mirror and is ready for use', async () => {
  const model = writeGraph(small());
  using t = await setUp({});
  await using server = await loopback((request, response) => serveFile(request, response, model));
  const entry: CatalogEntry = {
    name: 'tiny',
    title: 'Tiny',
    file: 'tiny-1.onnx',
    zooPath: 'x/tiny-1.onnx',
    sha256: hash('sha256', model, 'hex'),
    bytes: model.length,
    imagenetTop1: 0.5,
    license: 'MIT',
    preprocessing: 'torchvision',
    recipe: { resizeShort: 73, crop: 64, kernel: 'linear' },
  };
  const context = { ...t.context, env: {} };
  await assert.rejects(installEntry({ ...entry, sha256: entry.sha256.replace(/^./, c => (c === '0' ? '1' : '0')) }, [server.url], context), isError('data', /SHA-256/)); // prettier-ignore
  const backbone = await installEntry(entry, [server.url], context);
  assert.deepEqual([backbone.name, backbone.title, backbone.imagenetTop1, backbone.origin?.kind], ['tiny', 'Tiny', 0.5, 'downloaded']); // prettier-ignore
  assert.deepEqual(await readdir(path.join(t.context.directory, 'backbones', '.downloads.tmp')), []);
});
