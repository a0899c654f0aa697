import type { Preprocessing } from '../../../shared/backbone.ts';
import { HeadwayError } from '../../../shared/errors.ts';
import { createBuilder } from '../../graph/builder.ts';
import { ELEMENT_TYPES, type Graph } from '../../graph/ir.ts';
import { mergeGraphs } from '../../graph/merge.ts';
import type { ImageInput } from './imageInput.ts';

export const IMAGE = 'image';

/**
 * (x − mean) / deviation per channel, in the order the model wants its channels. ImageNet's mean and deviation: torchvision; the means of
 * Caffe's models: Simonyan and Zisserman 2014, in BGR.
 */
const recipes: Readonly<Record<Preprocessing, { bgr?: true; mean: number[]; deviation: number[] }>> = {
  torchvision: { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
  caffe: { bgr: true, mean: [103.939, 116.779, 123.68], deviation: [1, 1, 1] },
  tf: { mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] },
  'tf-lite': { mean: [127, 127, 127], deviation: [128, 128, 128] },
  unit: { mean: [0, 0, 0], deviation: [255, 255, 255] },
  none: { mean: [0, 0, 0], deviation: [1, 1, 1] },
};

/** Puts the preparation of the pixels before a model: the result takes `image`, uint8 RGB [batch, height, width, 3]. */
export function withPreprocessing(graph: Graph, image: ImageInput, preprocessing: Preprocessing): Graph {
  const { bgr, mean, deviation } = recipes[preprocessing];
  if (image.type === 'uint8' && preprocessing !== 'none')
    throw new HeadwayError('invalid', 'It takes whole numbers from 0 to 255, so it prepares the pixels itself; choose the preprocessing "none".'); // prettier-ignore
  const b = createBuilder(graph.name, graph.opset);
  let x = b.input(IMAGE, 'uint8', ['batch', image.height, image.width, 3]);
  if (image.type !== 'uint8') {
    x = b.add('Cast', [x], { to: ELEMENT_TYPES.float32 }, { name: 'image/float' });
    if (bgr) x = b.add('Gather', [x, b.ints([2, 1, 0])], { axis: 3 }, { name: 'image/bgr' });
    if (mean.some(v => v !== 0)) x = b.add('Sub', [x, b.constant(mean)], {}, { name: 'image/centred' });
    if (deviation.some(v => v !== 1)) x = b.add('Div', [x, b.constant(deviation)], {}, { name: 'image/scaled' });
  }
  if (image.layout === 'NCHW') x = b.add('Transpose', [x], { perm: [0, 3, 1, 2] }, { name: 'image/channels_first' });
  if (image.type !== 'float32' && image.type !== 'uint8')
    x = b.add('Cast', [x], { to: ELEMENT_TYPES[image.type] }, { name: 'image/cast' });
  // A model that takes the pixels as they are needs nothing in front but the name.
  if (x === IMAGE) x = b.add('Identity', [x], {}, { name: 'image/as_is' });
  return mergeGraphs(b.output(x).build(), graph, { [x]: image.name });
}
