import { HeadwayError } from '../../shared/errors.ts';
import { createRandom } from '../train/random.ts';
import { isFloat, type Graph, type ValueInfo } from './ir.ts';
import { floatsOf, floatTensor, sizeOf } from './tensors.ts';

export interface Parameter {
  name: string;
  dims: readonly number[];
  /** `weight` alone is subject to L2 and weight decay; `statistic` is a running mean or variance: state, but not trained. */
  role: 'weight' | 'bias' | 'scale' | 'statistic';
  /** `he`: normal, σ = √(2 / fan in) (He 2015); `glorot`: uniform, ±√(6 / (fan in + fan out)) (Glorot 2010). */
  init: 'he' | 'glorot' | 'zero' | 'one';
  /** Learning-rate group. */
  group: string;
}

export type ParameterValues = Map<string, Float32Array>;

/** Inputs and outputs a weight [out, in, …window] connects. */
function fans(dims: readonly number[]): { fanIn: number; fanOut: number } {
  const window = sizeOf(dims.slice(2));
  return { fanIn: (dims[1] ?? 1) * window, fanOut: (dims[0] ?? 1) * window };
}

/** Seeded start values. Each parameter draws from its own stream, so a change of one layer leaves the others as they were. */
export function initialise(parameters: readonly Parameter[], seed: number): ParameterValues {
  return new Map(
    parameters.map(({ name, dims, init }) => {
      const values = new Float32Array(sizeOf(dims));
      const random = createRandom(seed, name);
      const { fanIn, fanOut } = fans(dims);
      if (init === 'one') values.fill(1);
      else if (init === 'he') {
        const deviation = Math.sqrt(2 / fanIn);
        for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation;
      } else if (init === 'glorot') {
        const limit = Math.sqrt(6 / (fanIn + fanOut));
        for (let i = 0; i < values.length; i++) values[i] = (random.next() * 2 - 1) * limit;
      }
      return [name, values];
    }),
  );
}

/**
 * Turns parameters that are initializers into float32 inputs (half-precision ones are converted) and gives their values, copied so
 * that they may be changed. Parameters that already are inputs stay. Throws `invalid` for a name the graph does not have.
 */
export function liftParameters(graph: Graph, names: readonly string[]): { graph: Graph; values: ParameterValues } {
  const values: ParameterValues = new Map();
  const initializers = new Map(graph.initializers);
  const inputs: ValueInfo[] = [...graph.inputs];
  for (const name of names) {
    const tensor = initializers.get(name);
    if (!tensor) {
      if (inputs.some(value => value.name === name)) continue;
      throw new HeadwayError('invalid', `The model has no parameter "${name}".`);
    }
    if (!isFloat(tensor.type))
      throw new HeadwayError('invalid', `Parameter "${name}" is ${tensor.type} and cannot be trained.`);
    values.set(name, Float32Array.from(floatsOf(tensor)));
    initializers.delete(name);
    const info: ValueInfo = { name, type: 'float32', shape: tensor.dims };
    const at = inputs.findIndex(value => value.name === name);
    if (at >= 0) inputs[at] = info;
    else inputs.push(info);
  }
  return { graph: { ...graph, inputs, initializers }, values };
}

/** The inverse: inputs named in `values` become initializers (sharing the arrays). */
export function bakeParameters(graph: Graph, values: ReadonlyMap<string, Float32Array>): Graph {
  const initializers = new Map(graph.initializers);
  for (const { name, shape } of graph.inputs) {
    const value = values.get(name);
    if (value) initializers.set(name, floatTensor(value, shape as number[]));
  }
  return { ...graph, initializers, inputs: graph.inputs.filter(({ name }) => !values.has(name)) };
}
