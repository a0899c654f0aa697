import { textAt, type OrtLibrary } from './ortLibrary.ts';
import type { TensorInfo } from './runtime.ts';

/** ONNXTensorElementDataType. */
const TYPE_NAMES: Partial<Record<number, TensorInfo['type']>> = { 1: 'float32', 2: 'uint8', 6: 'int32', 7: 'int64' };

/** Names, element types and dimensions of a session's inputs or outputs, in the model's order. */
export function readTensorInfos(ort: OrtLibrary, session: bigint, side: 'Input' | 'Output'): TensorInfo[] {
  const allocator = ort.result('GetAllocatorWithDefaultOptions');
  const count = Number(ort.result(`SessionGet${side}Count`, session));
  return Array.from({ length: count }, (_, index) => {
    const text = ort.result(`SessionGet${side}Name`, session, index, allocator);
    const name = textAt(text);
    ort.call('AllocatorFree', allocator, text);
    using typeInfo = ort.create(`SessionGet${side}TypeInfo`, 'ReleaseTypeInfo', session, index);
    const tensor = ort.result('CastTypeInfoToTensorInfo', typeInfo.pointer);
    return tensor === 0n ? { name, dims: [], type: 'other' } : { name, ...readTensor(ort, tensor) };
  });
}

function readTensor(ort: OrtLibrary, tensor: bigint): Omit<TensorInfo, 'name'> {
  const rank = Number(ort.result('GetDimensionsCount', tensor));
  const sizes = new BigInt64Array(rank);
  const names = new BigUint64Array(rank);
  ort.call('GetDimensions', tensor, sizes, rank);
  ort.call('GetSymbolicDimensions', tensor, names, rank);
  return {
    dims: Array.from(sizes, (size, i) => textAt(names[i]!) || Number(size)),
    type: TYPE_NAMES[Number(ort.result('GetTensorElementType', tensor))] ?? 'other',
  };
}
