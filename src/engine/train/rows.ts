/** Rows of the feature matrix as the trainers need them. */

/** The given rows of a row-major matrix, one after the other; without a copy when they are consecutive. */
export function gatherRows(matrix: Float32Array, width: number, rows: Int32Array): Float32Array {
  const first = rows[0] ?? 0;
  if (rows.every((row, i) => row === first + i)) return matrix.subarray(first * width, (first + rows.length) * width);
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

export const gatherLabels = (labels: Int32Array, rows: Int32Array): Int32Array =>
  Int32Array.from(rows, row => labels[row]!);

/** One-hot rows [n, classes]. */
export function oneHot(labels: Int32Array, classes: number): Float32Array {
  const out = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (out[i * classes + label] = 1));
  return out;
}
