/** From a file of unknown origin to a graph. */
import { createHash } from 'node:crypto';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import onnxProto from 'onnx-proto';
import { HeadwayError, messageOf, throwIfAborted } from '../../../shared/errors.ts';
import { bytes as inWords } from '../../../shared/format.ts';
import { isMissing } from '../../files/atomic.ts';
import type { Graph } from '../../graph/ir.ts';
import { readGraph } from '../../graph/read.ts';

const { onnx } = onnxProto;
type TensorProto = onnxProto.onnx.ITensorProto;

/** All files of a model together. */
const MAX_BYTES = 4 * 2 ** 30;
/** What one ONNX file can hold: protobuf counts in 31 bits. */
const MAX_FILE = 2 ** 31 - 1;

export interface ModelFile {
  graph: Graph;
  /** SHA-256 of the ONNX file, hex. */
  sha256: string;
}

/**
 * Reads an ONNX file, with the weights it keeps in files beside it. Throws HeadwayError: `not-found`; `data` with one sentence for
 * everything that is not a whole ONNX model of at most 4 GB.
 */
export async function readModelFile(file: string, signal?: AbortSignal): Promise<ModelFile> {
  const bytes = await readWhole(file);
  throwIfAborted(signal);
  const kind = otherKind(bytes);
  if (kind !== undefined) throw new HeadwayError('data', `${file} is ${kind}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { graph: readGraph(await withExternalData(bytes, file), file), sha256 };
}

async function readWhole(file: string): Promise<Buffer> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) throw new HeadwayError('not-found', `${file} does not exist.`, { cause: error });
    throw new HeadwayError('io', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw new HeadwayError('data', `${file} is not a file; give the ONNX file itself.`);
    if (facts.size > MAX_FILE)
      throw new HeadwayError('data', `${file} has ${inWords(facts.size)}; an ONNX file has at most 2 GB.`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

const beginsWith = (bytes: Uint8Array, text: string): boolean =>
  Buffer.from(bytes.subarray(0, text.length)).equals(Buffer.from(text, 'latin1'));

/** What a file is that people take for an ONNX model, and what to do. */
function otherKind(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'empty; download it again.';
  if (beginsWith(bytes, 'version https://git-lfs'))
    return 'only a Git LFS pointer, not the model; fetch the file itself with `git lfs pull`.';
  if (beginsWith(bytes, 'PK\x03\x04'))
    return 'a ZIP archive (perhaps a PyTorch or Keras model); unpack it, or export the model to ONNX.';
  if (beginsWith(bytes, '\x89HDF')) return 'a HDF5 file (perhaps a Keras model); convert it to ONNX with tf2onnx.';
  if (beginsWith(bytes, '\x80\x02') || beginsWith(bytes, '\x80\x04'))
    return 'a Python pickle (perhaps a PyTorch model); export the model to ONNX with torch.onnx.export.';
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'TFL3')
    return 'a TensorFlow Lite model; convert it to ONNX with tf2onnx.';
  if (/^\s*(<|\{)/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1')))
    return 'a text or web page, not a model; download the file itself.';
  return undefined;
}

/** The model with all its weights inside. Without weights in other files these are the same bytes. */
async function withExternalData(bytes: Buffer, file: string): Promise<Uint8Array> {
  let model: onnxProto.onnx.ModelProto;
  try {
    model = onnx.ModelProto.decode(bytes);
  } catch {
    // readGraph tells what is wrong with it.
    return bytes;
  }
  const outside = (model.graph?.initializer ?? []).filter(
    tensor => tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL,
  );
  if (outside.length === 0) return bytes;
  const folder = await realpath(path.dirname(file));
  const files = new Map<string, { handle: FileHandle; size: number }>();
  let total = bytes.length;
  try {
    for (const tensor of outside) {
      const { location, offset, length } = placeOf(tensor, file);
      const source = files.get(location) ?? (await openBeside(folder, location, file));
      files.set(location, source);
      const size = length ?? source.size - offset;
      total += size;
      if (offset + size > source.size)
        throw new HeadwayError('data', `${path.join(folder, location)} is cut short; download it again.`);
      if (total > MAX_BYTES) throw new HeadwayError('data', `${file} has more than 4 GB of weights.`);
      if (total > MAX_FILE) throw new HeadwayError('data', `${file} has more than 2 GB of weights, which one ONNX file cannot hold.`); // prettier-ignore
      tensor.rawData = new Uint8Array(size);
      await source.handle.read(tensor.rawData, 0, size, offset);
      tensor.dataLocation = onnx.TensorProto.DataLocation.DEFAULT;
      tensor.externalData = [];
    }
  } finally {
    for (const { handle } of files.values()) await handle.close();
  }
  return onnx.ModelProto.encode(model).finish();
}

function placeOf(tensor: TensorProto, file: string): { location: string; offset: number; length: number | undefined } {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location') ?? '';
  const [offset, length] = ['offset', 'length'].map(key => Number(entries.get(key) ?? (key === 'offset' ? 0 : NaN)));
  const bad = (value: number): boolean => !Number.isSafeInteger(value) || value < 0;
  if (location === '' || bad(offset!) || (!Number.isNaN(length) && bad(length!)))
    throw new HeadwayError('data', `${file} does not say where the weights "${tensor.name ?? ''}" are.`);
  return { location, offset: offset!, length: Number.isNaN(length) ? undefined : length! };
}

/** Only files in the model's own folder are read, whatever the model says. */
async function openBeside(
  folder: string,
  location: string,
  file: string,
): Promise<{ handle: FileHandle; size: number }> {
  const wanted = path.resolve(folder, location);
  let real: string;
  try {
    real = await realpath(wanted);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new HeadwayError('data', `${file} keeps its weights in ${wanted}, which is not there; put it beside the model.`, { cause: error }); // prettier-ignore
  }
  if (!real.startsWith(folder + path.sep))
    throw new HeadwayError('data', `${file} keeps its weights outside its own folder (${location}); put them beside it and export again.`); // prettier-ignore
  if (!(await stat(real)).isFile()) throw new HeadwayError('data', `${wanted} is not a file of weights.`);
  const handle = await open(real, 'r');
  return { handle, size: (await handle.stat()).size };
}
