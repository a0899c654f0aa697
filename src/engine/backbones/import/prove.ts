import { CancelledError, HeadwayError, messageOf } from '../../../shared/errors.ts';
import { sliceGraph } from '../../graph/slice.ts';
import { writeGraph } from '../../graph/write.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { createRandom } from '../../train/random.ts';
import type { ImportedGraph } from './importGraph.ts';

/** Largest difference of a feature between an image alone and the same image in a batch, relative to the largest feature. */
const TOLERANCE = 1e-3;

/**
 * Runs the network on two made-up images, together and one of them alone: it must compute, give finite numbers, and treat each image of
 * a batch by itself. Throws HeadwayError('data') with a sentence about "it", the model; CancelledError.
 */
export async function proveNetwork(runtime: Runtime, imported: ImportedGraph, signal?: AbortSignal): Promise<void> {
  const { height, width } = imported.facts.input;
  const size = height * width * 3;
  const random = createRandom(1, 'prove');
  const pixels = Uint8Array.from({ length: 2 * size }, () => Math.floor(random.next() * 256));
  const [both, one] = await features(runtime, imported, [pixels, pixels.subarray(size)], signal);
  if (!both!.every(Number.isFinite))
    throw new HeadwayError('data', 'It gives numbers that are not finite; it is damaged or needs other preprocessing.');
  const scale = one!.reduce((max, v) => Math.max(max, Math.abs(v)), 1e-6);
  const second = both!.subarray(one!.length);
  if (one!.some((v, i) => Math.abs(v - second[i]!) > TOLERANCE * scale))
    throw new HeadwayError(
      'data',
      'Its answer for an image depends on the other images of the batch; export it in evaluation mode with an open batch dimension.',
    );
}

/** Pooled features of each batch of images. */
async function features(
  runtime: Runtime,
  { graph, facts: { input, boundaries } }: ImportedGraph,
  batches: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const { tensor, dims } = boundaries[0]!;
  const image = [input.height, input.width, 3];
  const results: Float32Array[] = [];
  try {
    await using session = await runtime.load(writeGraph(sliceGraph(graph, tensor).head));
    for (const pixels of batches) {
      const count = pixels.length / (input.height * input.width * 3);
      const values = new Float32Array(count * dims[0]!);
      await using binding = session.bind();
      binding.input(input.name, pixels, [count, ...image]).output(tensor, values, [count, ...dims]);
      await binding.run(signal);
      results.push(values);
    }
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    throw new HeadwayError('data', `It cannot be computed here: ${messageOf(error)}`, { cause: error });
  }
  return results;
}
