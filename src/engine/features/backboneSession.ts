import onnxProto from 'onnx-proto';
import { readBackboneModel, type Backbone, type BackboneBoundary } from '../backbones/registry.ts';
import { HeadwayError } from '../../shared/errors.ts';
import type { Runtime, Session, SessionOptions } from '../runtime/runtime.ts';

const { onnx } = onnxProto;

/** Throws HeadwayError('invalid') that lists the boundaries there are. */
export function findBoundary(backbone: Backbone, name: string): BackboneBoundary {
  const found = backbone.boundaries.find(boundary => boundary.name === name);
  if (found) return found;
  const names = backbone.boundaries.map(boundary => boundary.name).join(', ');
  throw new HeadwayError('invalid', `${backbone.name} has no boundary "${name}"; it has ${names}.`);
}

/** The backbone up to a boundary, as a session with that one output. */
export async function loadBackboneModel(
  runtime: Runtime,
  backbone: Backbone,
  boundary: string,
  options?: SessionOptions,
): Promise<Session> {
  return runtime.load(cutModel(await readBackboneModel(backbone), findBoundary(backbone, boundary)), options);
}

/** The model reduced to what computes the boundary's tensor, its only output: float32 [batch, ...dims]. */
export function cutModel(bytes: Uint8Array, { tensor, dims }: BackboneBoundary): Uint8Array {
  const model = onnx.ModelProto.decode(bytes);
  const graph = model.graph;
  if (!graph) throw new HeadwayError('engine', 'The backbone file holds no graph; install Headway again.');
  const wanted = new Set([tensor]);
  const kept = (graph.node ?? []).toReversed().filter(node => {
    if (!node.output?.some(name => wanted.has(name))) return false;
    for (const name of node.input ?? []) wanted.add(name);
    return true;
  });
  graph.node = kept.reverse();
  graph.initializer = (graph.initializer ?? []).filter(constant => wanted.has(constant.name ?? ''));
  graph.valueInfo = [];
  const dim = [{ dimParam: 'batch' }, ...dims.map(dimValue => ({ dimValue }))];
  graph.output = [
    { name: tensor, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape: { dim } } } },
  ];
  return onnx.ModelProto.encode(model).finish();
}
