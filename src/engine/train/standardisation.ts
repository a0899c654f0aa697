export interface Standardisation {
  mean: Float64Array;
  /** Population standard deviation; 1 for a constant feature, as scikit-learn's StandardScaler. */
  deviation: Float64Array;
}

/** Per column of a row-major matrix with at least one row. */
export function standardisation(matrix: Float32Array, width: number): Standardisation {
  const n = matrix.length / width;
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let i = 0; i < n; i++) for (let d = 0; d < width; d++) mean[d] = mean[d]! + matrix[i * width + d]!;
  for (let d = 0; d < width; d++) mean[d] = mean[d]! / n;
  for (let i = 0; i < n; i++)
    for (let d = 0; d < width; d++) squares[d] = squares[d]! + (matrix[i * width + d]! - mean[d]!) ** 2;
  const deviation = squares.map(s => Math.sqrt(s / n)).map(s => (s > 1e-12 ? s : 1));
  return { mean, deviation };
}
