import { readBackboneModel, type Backbone, type BackboneBoundary } from '../backbones/registry.ts';
import { HeadwayError } from '../../shared/errors.ts';
import { readGraph } from '../graph/read.ts';
import { sliceGraph } from '../graph/slice.ts';
import { writeGraph } from '../graph/write.ts';
import type { Runtime, Session, SessionOptions } from '../runtime/runtime.ts';

/** Throws HeadwayError('invalid') that lists the boundaries there are. */
export function findBoundary(backbone: Backbone, name: string): BackboneBoundary {
  const found = backbone.boundaries.find(boundary => boundary.name === name);
  if (found) return found;
  const names = backbone.boundaries.map(boundary => boundary.name).join(', ');
  throw new HeadwayError('invalid', `${backbone.name} has no boundary "${name}"; it has ${names}.`);
}

/** The ONNX file reduced to what computes the boundary's tensor, its only output: float32 [batch, ...dims]. */
export async function frozenModel(backbone: Backbone, boundary: string): Promise<Uint8Array> {
  const { tensor } = findBoundary(backbone, boundary);
  return writeGraph(sliceGraph(readGraph(await readBackboneModel(backbone), backbone.file), tensor).head);
}

/** The backbone up to a boundary, as a session with that one output. */
export async function loadBackboneModel(
  runtime: Runtime,
  backbone: Backbone,
  boundary: string,
  options?: SessionOptions,
): Promise<Session> {
  return runtime.load(await frozenModel(backbone, boundary), options);
}
