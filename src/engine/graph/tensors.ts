import { HeadwayError } from '../../shared/errors.ts';
import { ELEMENT_BYTES, type ElementType, type Tensor } from './ir.ts';

/** Number of elements of a shape. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Wraps (no copy) single-precision values. */
export function floatTensor(values: Float32Array | readonly number[], dims: readonly number[]): Tensor {
  const array = values instanceof Float32Array ? values : Float32Array.from(values);
  return checked({ type: 'float32', dims, data: bytesOf(array) });
}

/** int64 tensor of integers below 2^53. */
export function intTensor(values: readonly number[], dims: readonly number[]): Tensor {
  return checked({ type: 'int64', dims, data: bytesOf(BigInt64Array.from(values, v => BigInt(v))) });
}

export function boolTensor(values: readonly boolean[], dims: readonly number[]): Tensor {
  return checked({ type: 'bool', dims, data: Uint8Array.from(values, v => (v ? 1 : 0)) });
}

function checked(tensor: Tensor): Tensor {
  if (tensor.data.byteLength !== sizeOf(tensor.dims) * ELEMENT_BYTES[tensor.type])
    throw new RangeError(`${tensor.data.byteLength} bytes for ${tensor.type} [${tensor.dims.join(', ')}]`);
  return tensor;
}

/** A buffer that starts at a multiple of `bytes`, so typed arrays can view it. */
function aligned(data: Uint8Array, bytes: number): Uint8Array {
  return data.byteOffset % bytes === 0 ? data : Uint8Array.from(data);
}

/** Half precision to double, all values (IEEE 754 binary16). */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Values of a float tensor in single precision: a view where the bytes allow it, else converted. */
export function floatsOf(tensor: Tensor): Float32Array {
  const { type, data } = tensor;
  const size = sizeOf(tensor.dims);
  if (type === 'float32') {
    const bytes = aligned(data, 4);
    return new Float32Array(bytes.buffer, bytes.byteOffset, size);
  }
  if (type === 'float64') {
    const bytes = aligned(data, 8);
    return Float32Array.from(new Float64Array(bytes.buffer, bytes.byteOffset, size));
  }
  if (type === 'float16' || type === 'bfloat16') {
    const bytes = aligned(data, 2);
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, size);
    const out = new Float32Array(size);
    if (type === 'bfloat16') {
      const bits = new Uint32Array(out.buffer);
      for (let i = 0; i < size; i++) bits[i] = halves[i]! << 16;
    } else for (let i = 0; i < size; i++) out[i] = halfToNumber(halves[i]!);
    return out;
  }
  return Float32Array.from(intsOf(tensor));
}

/** Values of an integer or bool tensor as numbers. */
export function intsOf(tensor: Tensor): number[] {
  const size = sizeOf(tensor.dims);
  const bytes = aligned(tensor.data, Math.max(1, ELEMENT_BYTES[tensor.type]));
  const view = viewOf(tensor.type, bytes.buffer as ArrayBuffer, bytes.byteOffset, size);
  return Array.from(view, Number);
}

function viewOf(type: ElementType, buffer: ArrayBuffer, offset: number, size: number): ArrayLike<number | bigint> {
  switch (type) {
    case 'int64':
      return new BigInt64Array(buffer, offset, size);
    case 'uint64':
      return new BigUint64Array(buffer, offset, size);
    case 'int32':
      return new Int32Array(buffer, offset, size);
    case 'uint32':
      return new Uint32Array(buffer, offset, size);
    case 'int16':
      return new Int16Array(buffer, offset, size);
    case 'uint16':
      return new Uint16Array(buffer, offset, size);
    case 'int8':
      return new Int8Array(buffer, offset, size);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer, offset, size);
    case 'float32':
    case 'float64':
    case 'float16':
    case 'bfloat16':
    case 'string':
      throw new HeadwayError('invalid', `A ${type} tensor cannot be read as integers.`);
  }
}

export const isIntegerType = (type: ElementType): boolean =>
  type !== 'string' && type !== 'float32' && type !== 'float64' && type !== 'float16' && type !== 'bfloat16';
