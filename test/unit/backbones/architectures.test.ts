/** Every boundary Headway offers for every architecture can be cut, its tail differentiated, and trained with falling loss. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { cutBackbone, type Cut } from '../../../src/engine/backbones/cut.ts';
import { importBackbone } from '../../../src/engine/backbones/install.ts';
import { sizeOf } from '../../../src/engine/graph/tensors.ts';
import { buildTrainingStep } from '../../../src/engine/graph/trainingStep.ts';
import { writeGraph } from '../../../src/engine/graph/write.ts';
import { createNativeRuntime } from '../../../src/engine/runtime/native.ts';
import type { Runtime } from '../../../src/engine/runtime/runtime.ts';
import { createRandom } from '../../../src/engine/train/random.ts';
import { trainableHead, trainableTail } from '../../../src/engine/train/trainable.ts';
import { DEFAULT_CONFIG, type TrainConfig } from '../../../src/shared/experiment.ts';
import { openSession, runGraph } from '../graph/reference/runtime.ts';
import { tensor, type Tensor64 } from '../graph/reference/tensor.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { architectures } from './architectures.ts';

let runtime: Runtime;
before(() => {
  runtime = createNativeRuntime();
});
after(() => runtime[Symbol.asyncDispose]());

const BATCH = 4;
const CLASSES = 2;
const STEPS = 3;

for (const [name, { build, preprocessing, size, channels, classes }] of Object.entries(architectures))
  test(`${name}: imported, and trained from every boundary on`, async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, `small-${name}.onnx`);
    await writeFile(file, writeGraph(build()));
    const backbone = await importBackbone({ file, preprocessing }, { directory: folder.path, runtime });
    assert.deepEqual([backbone.input.height, backbone.classes], [size, classes]);
    assert.deepEqual(backbone.boundaries[0]?.dims, [channels]);
    assert.ok(backbone.layers.length > 4, `${backbone.layers.length} boundaries`);

    const random = createRandom(7, name);
    const pixels = Float64Array.from({ length: BATCH * size * size * 3 }, () => Math.floor(random.next() * 256));
    const image = tensor(pixels, [BATCH, size, size, 3]);
    const wanted = [...backbone.layers.map(l => l.boundary), 'last-conv', 'percent:10', 'percent:50', 'percent:100'];
    for (const boundary of wanted) {
      const cut = await cutBackbone(backbone, boundary);
      const layer = backbone.layers.find(l => l.boundary === boundary);
      if (layer) assert.deepEqual([cut.name, cut.dims], [layer.tensor, layer.dims], boundary);
      const features = (await runGraph(cut.frozen, new Map([['image', image]]))).get(cut.name)!;
      const losses = await trainThreeSteps(cut, features);
      assert.ok(
        losses.every((v, i) => i === 0 || v < losses[i - 1]!),
        `${boundary}: ${losses.join(' ')}`,
      );
    }
  });

async function trainThreeSteps(cut: Cut, features: Tensor64): Promise<number[]> {
  const config: TrainConfig = { ...DEFAULT_CONFIG, dataset: 'garden', head: 'none' };
  const trainable = cut.tail
    ? trainableTail(cut.tail, CLASSES, config)
    : trainableHead(sizeOf(cut.dims), CLASSES, config);
  const { graph, parameters, start } = trainable;
  assert.ok(!cut.tail || parameters.some(p => p.group === 'backbone'), cut.name);
  const step = buildTrainingStep({ trainable: graph, parameters, optimizer: { kind: 'adam' }, batch: BATCH });
  const run = await openSession(step.graph);
  const labels = Array.from({ length: BATCH }, (_, i) => (i % 2 === 0 ? [1, 0] : [0, 1]));
  const fixed = new Map<string, Tensor64>([
    ['features', features],
    ['target', tensor(labels.flat(), [BATCH, CLASSES])],
    ['weight', tensor(new Array<number>(BATCH).fill(1), [BATCH])],
  ]);
  let state = new Map(step.state.map(s => [s.name, tensor(start.get(s.name) ?? new Float32Array(sizeOf(s.dims)), s.dims)])); // prettier-ignore
  const losses: number[] = [];
  for (let t = 1; t <= STEPS; t++) {
    const rates = Object.fromEntries(parameters.map(p => [p.group, p.group === 'backbone' ? 1e-4 : 1e-3]));
    const scalars = Object.entries(step.scalars(t, rates)).map(([n, v]) => [n, tensor([v], [])] as const);
    const out = await run(new Map([...fixed, ...state, ...scalars]));
    losses.push(out.get('loss')!.data[0]!);
    state = new Map(step.state.map(s => [s.name, out.get(s.next)!]));
  }
  await run.close();
  return losses;
}
