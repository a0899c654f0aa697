import { RuntimeError, type Dims, type TensorData, type TensorInfo } from './runtime.ts';

const INVALID_ARGUMENT = 2;
type Side = 'input' | 'output';
interface Bound {
  data: TensorData;
  bytes: number;
}

/** The arrays tied to the inputs and outputs of one binding. Holding them here keeps their memory alive. */
export class BoundTensors {
  readonly #infos: Record<Side, ReadonlyMap<string, TensorInfo>>;
  readonly #bound = { input: new Map<string, Bound>(), output: new Map<string, Bound>() };

  constructor(inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]) {
    const byName = (infos: readonly TensorInfo[]) => new Map(infos.map(info => [info.name, info]));
    this.#infos = { input: byName(inputs), output: byName(outputs) };
  }

  /**
   * Throws RuntimeError unless `data` may be bound there: known name, the model's element type, as many elements as `dims` says,
   * memory of a fixed place that no output shares. Native code would read or write beyond the array otherwise.
   */
  check(side: Side, name: string, data: TensorData, dims: Dims): void {
    const info = this.#infos[side].get(name);
    if (!info) throw invalid(`The model has no ${side} "${name}"; it has ${[...this.#infos[side].keys()].join(', ')}.`);
    const type = elementType(data);
    if (info.type !== type) throw invalid(`The ${side} "${name}" is of type ${info.type}, the array of type ${type}.`);
    if (!dims.every(d => Number.isSafeInteger(d) && d >= 0))
      throw invalid(`The dimensions [${dims.join(', ')}] of "${name}" are not all whole numbers.`);
    const length = dims.reduce((product, d) => product * d, 1);
    if (data.length !== length)
      throw invalid(
        `The ${side} "${name}" of [${dims.join(', ')}] needs ${length} elements, the array has ${data.length}.`,
      );
    const { buffer } = data;
    if (buffer instanceof ArrayBuffer ? buffer.resizable : buffer.growable)
      throw invalid(`The array for "${name}" lies in a resizable buffer.`);
    for (const other of ['input', 'output'] as const) {
      if (side === 'input' && other === 'input') continue;
      for (const [otherName, bound] of this.#bound[other])
        if (!(other === side && otherName === name) && overlap(data, bound.data))
          throw invalid(`The ${side} "${name}" and the ${other} "${otherName}" share memory; use two arrays in turn.`);
    }
  }

  set(side: Side, name: string, data: TensorData): void {
    this.#bound[side].set(name, { data, bytes: data.byteLength });
  }

  /** Throws RuntimeError unless all inputs and at least one output are bound and still have their memory. */
  checkComplete(): void {
    for (const name of this.#infos.input.keys())
      if (!this.#bound.input.has(name)) throw invalid(`The input "${name}" is not bound.`);
    if (this.#bound.output.size === 0) throw invalid('No output is bound.');
    for (const side of ['input', 'output'] as const)
      for (const [name, { data, bytes }] of this.#bound[side])
        if (data.byteLength !== bytes) throw invalid(`The array of the ${side} "${name}" was detached while bound.`);
  }
}

/** The name ONNX Runtime's JavaScript API gives to an array's element type. */
export function elementType(data: TensorData): 'float32' | 'uint8' | 'int32' | 'int64' {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

function overlap(a: TensorData, b: TensorData): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}

function invalid(message: string): RuntimeError {
  return new RuntimeError(message, INVALID_ARGUMENT);
}
