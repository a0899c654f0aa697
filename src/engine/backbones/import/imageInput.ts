/** Finds where the pixels go in, and opens the batch where an export has fixed it. */
import { HeadwayError } from '../../../shared/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { intAttribute, intsAttribute, isFloat, type Dim, type ElementType, type Graph, type Node, type TensorType } from '../../graph/ir.ts'; // prettier-ignore

export type Layout = 'NCHW' | 'NHWC';

export interface ImageInput {
  name: string;
  type: ElementType;
  layout: Layout;
  height: number;
  width: number;
}

/** Where an export leaves the size open, and nothing is said, it is this one: that of nearly all ImageNet networks. */
const USUAL_SIZE = 224;
const BATCH = 'batch';

/** Throws HeadwayError('data' or 'invalid') where there is no image input, or what it takes cannot be told. */
export function findImageInput(graph: Graph, wanted: { layout?: Layout; size?: number } = {}): ImageInput {
  const images = graph.inputs.filter(({ shape }) => shape.length === 4);
  const [image] = images;
  if (!image) {
    const found = graph.inputs.map(({ name, shape }) => `"${name}" [${shape.join(', ')}]`).join(', ');
    throw new HeadwayError('data', `It takes no images [batch, 3, height, width]: its inputs are ${found || 'none'}.`);
  }
  if (graph.inputs.length > 1)
    throw new HeadwayError(
      'data',
      `It has ${graph.inputs.length} inputs (${graph.inputs.map(i => i.name).join(', ')}); only models with one image input can be used.`,
    );
  if (!isFloat(image.type) && image.type !== 'uint8')
    throw new HeadwayError('data', `Its input "${image.name}" is ${image.type}; images are float or uint8.`);
  const layout = wanted.layout ?? layoutOf(graph, image.name, image.shape);
  const [channels, ...spatial] =
    layout === 'NCHW' ? image.shape.slice(1) : [image.shape[3]!, ...image.shape.slice(1, 3)];
  if (typeof channels === 'number' && channels !== 3)
    throw new HeadwayError(
      'data',
      `It takes images of ${channels} channels (${layout}); only colour images can be used.`,
    );
  const [height, width] = spatial.map(dim => (typeof dim === 'number' ? dim : (wanted.size ?? USUAL_SIZE)));
  if (height !== width)
    throw new HeadwayError('data', `It takes images of ${height!} × ${width!} pixels; only square ones can be used.`);
  if (wanted.size !== undefined && wanted.size !== height)
    throw new HeadwayError('invalid', `It takes images of ${height!} × ${width!} pixels, not ${wanted.size}.`);
  return { name: image.name, type: image.type, layout, height: height!, width: width! };
}

function layoutOf(graph: Graph, name: string, shape: readonly Dim[]): Layout {
  if (shape[1] === 3) return 'NCHW';
  if (shape[3] === 3) return 'NHWC';
  if (typeof shape[1] === 'number' && shape[1] < 5) return 'NCHW';
  if (typeof shape[3] === 'number' && shape[3] < 5) return 'NHWC';
  const used = layoutFromUse(graph, name);
  if (used) return used;
  throw new HeadwayError('invalid', `Its input "${name}" [${shape.join(', ')}] does not tell where the channels are; say so with --layout NCHW or NHWC.`); // prettier-ignore
}

/** What the first operator that minds the layout says; elementwise ones before it do not. */
function layoutFromUse(graph: Graph, name: string): Layout | undefined {
  const reached = new Set([name]);
  for (const node of graph.nodes) {
    if (!node.inputs.some(input => reached.has(input))) continue;
    if (node.opType === 'Conv') return 'NCHW';
    if (node.opType === 'Transpose') {
      const order = intsAttribute(node, 'perm')?.join();
      return order === '0,3,1,2' ? 'NHWC' : order === '0,2,3,1' ? 'NCHW' : undefined;
    }
    for (const output of node.outputs) reached.add(output);
  }
  return undefined;
}

/**
 * The graph with an image input of the found size and an open batch. Where the export fixed the batch, constants of Reshape that repeat
 * it become "as it comes", and Squeeze leaves the first axis alone.
 */
export function openBatch(graph: Graph, image: ImageInput): Graph {
  const old = graph.inputs.find(({ name }) => name === image.name)!.shape;
  const { height, width } = image;
  const shape: Dim[] = image.layout === 'NCHW' ? [BATCH, 3, height, width] : [BATCH, height, width, 3];
  const sizes = new Map<Dim, Dim>(
    old.flatMap((dim, i) => (typeof dim === 'string' ? [[dim, shape[i]!] as const] : [])),
  );
  const fixed = typeof old[0] === 'number' ? old[0] : undefined;
  const hint = ({ type, shape: stated }: TensorType): TensorType => ({
    type,
    shape: stated.map((dim, i) => (i === 0 && dim === fixed && stated.length > 1 ? BATCH : (sizes.get(dim) ?? dim))),
  });
  const b = new GraphBuilder({
    ...graph,
    inputs: [{ name: image.name, type: image.type, shape }],
    hints: new Map([...graph.hints].map(([name, type]) => [name, hint(type)])),
    nodes: [],
    outputs: [],
  });
  b.reserve(graph.nodes.flatMap(node => node.outputs));
  for (const node of graph.nodes) b.append(withOpenBatch(b, node, fixed));
  return { ...b.build(), outputs: graph.outputs.map(({ name, type }) => ({ name, ...(b.table.type(name) ?? { type, shape: [] }) })) }; // prettier-ignore
}

function withOpenBatch(b: GraphBuilder, node: Node, fixed: number | undefined): Node {
  const input = b.table.type(node.inputs[0] ?? '');
  if (input?.shape[0] !== BATCH) return node;
  if (node.opType === 'Squeeze' && (node.inputs[1] ?? '') === '') {
    const axes = input.shape.flatMap((dim, i) => (i > 0 && dim === 1 ? [i] : []));
    return { ...node, inputs: [node.inputs[0]!, b.ints(axes)] };
  }
  if (node.opType !== 'Reshape' || fixed === undefined) return node;
  const target = b.table.known(node.inputs[1]!);
  if (target?.[0] !== fixed || target.length < 2 || !target.every(dim => typeof dim === 'number')) return node;
  const rest = target.slice(1);
  const { allowzero, ...attributes } = node.attributes;
  // Where 0 stands for a size of nothing, it cannot stand for "as it comes" as well.
  if (allowzero && intAttribute(node, 'allowzero', 0) === 1 && rest.includes(0)) return node;
  return { ...node, attributes, inputs: [node.inputs[0]!, b.ints([0, ...rest])] };
}
