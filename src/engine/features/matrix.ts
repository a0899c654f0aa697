/** Features of many images, row by row. Large feature maps are held as half-precision numbers, or on disk. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { halfToNumber, numberToHalf } from './half.ts';

/** Row-major [rows, width]. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly width: number;
  /** Copies the given rows, one after the other, into `into`. */
  gather(rows: ArrayLike<number>, into: Float32Array): void;
  /** Replaces one row by its stored form, see `encodeRow`. */
  setEncoded(row: number, bytes: Uint8Array): void;
  /** All rows where they lie in memory as float32; undefined for the other kinds. */
  readonly dense: Float32Array | undefined;
  /** Frees memory or the file. */
  [Symbol.dispose](): void;
}

/** Widths above this are feature maps; they are kept with half precision, as in the cache. */
export const HALF_WIDTH = 4096;
/** Half-precision rows beyond this many bytes go to a file. */
const MEMORY_LIMIT = 2 ** 30;

export const isHalf = (width: number): boolean => width > HALF_WIDTH;

export const rowBytes = (width: number): number => width * (isHalf(width) ? 2 : 4);

/** A row as it is stored: float32, or half precision for feature maps. */
export function encodeRow(values: Float32Array): Uint8Array {
  if (!isHalf(values.length)) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  const halves = new Uint16Array(values.length);
  numberToHalf(values, halves);
  return new Uint8Array(halves.buffer);
}

/** What a matrix would take, in bytes, for the estimate before a run starts. */
export const matrixBytes = (rows: number, width: number): number => rows * rowBytes(width);

/** `file` is used only for feature maps that take more than `memoryLimit` bytes. */
export function createMatrix(rows: number, width: number, file: string, memoryLimit = MEMORY_LIMIT): FeatureMatrix {
  if (!isHalf(width)) return new DenseMatrix(new Float32Array(rows * width), width);
  return matrixBytes(rows, width) <= memoryLimit ? new HalfMatrix(rows, width) : new FileMatrix(rows, width, file);
}

export class DenseMatrix implements FeatureMatrix {
  readonly rows: number;
  readonly width: number;
  readonly dense: Float32Array;

  constructor(values: Float32Array, width: number) {
    this.dense = values;
    this.width = width;
    this.rows = values.length / width;
  }

  gather(rows: ArrayLike<number>, into: Float32Array): void {
    for (let i = 0; i < rows.length; i++)
      into.set(this.dense.subarray(rows[i]! * this.width, (rows[i]! + 1) * this.width), i * this.width);
  }

  setEncoded(row: number, bytes: Uint8Array): void {
    new Uint8Array(this.dense.buffer, this.dense.byteOffset + row * this.width * 4, this.width * 4).set(bytes);
  }

  [Symbol.dispose](): void {}
}

class HalfMatrix implements FeatureMatrix {
  readonly rows: number;
  readonly width: number;
  readonly dense = undefined;
  readonly #halves: Uint16Array;

  constructor(rows: number, width: number) {
    this.rows = rows;
    this.width = width;
    this.#halves = new Uint16Array(rows * width);
  }

  gather(rows: ArrayLike<number>, into: Float32Array): void {
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i]! * this.width;
      halfToNumber(this.#halves.subarray(from, from + this.width), into.subarray(i * this.width, (i + 1) * this.width));
    }
  }

  setEncoded(row: number, bytes: Uint8Array): void {
    new Uint8Array(this.#halves.buffer, row * this.width * 2, this.width * 2).set(bytes);
  }

  [Symbol.dispose](): void {}
}

class FileMatrix implements FeatureMatrix {
  readonly rows: number;
  readonly width: number;
  readonly dense = undefined;
  readonly #file: string;
  readonly #handle: number;
  readonly #row: Uint16Array;

  constructor(rows: number, width: number, file: string) {
    this.rows = rows;
    this.width = width;
    this.#file = file;
    this.#handle = openSync(file, 'w+');
    this.#row = new Uint16Array(width);
  }

  gather(rows: ArrayLike<number>, into: Float32Array): void {
    for (let i = 0; i < rows.length; i++) {
      readSync(this.#handle, this.#row, 0, this.#row.byteLength, rows[i]! * this.#row.byteLength);
      halfToNumber(this.#row, into.subarray(i * this.width, (i + 1) * this.width));
    }
  }

  setEncoded(row: number, bytes: Uint8Array): void {
    writeSync(this.#handle, bytes, 0, bytes.byteLength, row * this.#row.byteLength);
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
    rmSync(this.#file, { force: true });
  }
}
