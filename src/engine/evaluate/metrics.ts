import type { Split } from '../../shared/dataset.ts';
import type { ClassReport, SplitMetrics, SplitReport } from '../../shared/experiment.ts';
import { wilson } from './intervals.ts';

/** Probabilities below this count as this in the log-loss, as in scikit-learn (float32 eps). */
const SMALLEST = 1.1920929e-7;

/** Labels and predictions of one split. `probabilities` is row-major [n, classes], each row sums to 1. */
export interface Predictions {
  labels: Int32Array;
  probabilities: Float32Array;
  classes: number;
}

/** Index of the largest entry of row `row`; the first one on a tie. */
export function argmax(values: Float32Array, row: number, width: number): number {
  let best = 0;
  const start = row * width;
  for (let k = 1; k < width; k++) if (values[start + k]! > values[start + best]!) best = k;
  return best;
}

/** Counts with row = true class and column = predicted class. */
export function confusionMatrix({ labels, probabilities, classes }: Predictions): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => {
    const row = matrix[label]!;
    const predicted = argmax(probabilities, i, classes);
    row[predicted] = row[predicted]! + 1;
  });
  return matrix;
}

/** Share of rows whose label is among the k most probable classes (ties resolved in the label's favour). */
export function topK({ labels, probabilities, classes }: Predictions, k: number): number {
  if (labels.length === 0) return 0;
  let hits = 0;
  labels.forEach((label, i) => {
    const start = i * classes;
    const p = probabilities[start + label]!;
    let above = 0;
    for (let c = 0; c < classes; c++) if (probabilities[start + c]! > p) above++;
    if (above < k) hits++;
  });
  return hits / labels.length;
}

/** Mean of −log p(label), nats. */
export function logLoss({ labels, probabilities, classes }: Predictions): number {
  if (labels.length === 0) return 0;
  let sum = 0;
  labels.forEach((label, i) => (sum -= Math.log(Math.max(SMALLEST, probabilities[i * classes + label]!))));
  return sum / labels.length;
}

/**
 * Precision, recall and F1 per class from a confusion matrix, as scikit-learn's `classification_report`; a ratio without cases
 * (no such label, never predicted) is null, where scikit-learn puts 0 with a warning.
 */
export function classReports(confusion: number[][], names: readonly string[]): ClassReport[] {
  const predictedCounts = names.map((_, k) => confusion.reduce((sum, row) => sum + row[k]!, 0));
  return names.map((label, k) => {
    const right = confusion[k]![k]!;
    const support = confusion[k]!.reduce((a, b) => a + b, 0);
    const predicted = predictedCounts[k]!;
    return {
      label,
      support,
      precision: predicted > 0 ? wilson(right, predicted) : null,
      recall: support > 0 ? wilson(right, support) : null,
      f1: support + predicted > 0 ? (2 * right) / (support + predicted) : null,
    };
  });
}

/** Unweighted mean of F1 over the classes that occur as label or prediction. */
export function macroF1(reports: readonly ClassReport[]): number {
  const values = reports.flatMap(r => (r.f1 === null ? [] : [r.f1]));
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

export function reportSplit(split: Split, predictions: Predictions, names: readonly string[]): SplitReport {
  const confusion = confusionMatrix(predictions);
  const classes = classReports(confusion, names);
  const right = confusion.reduce((sum, row, k) => sum + row[k]!, 0);
  const metrics: SplitMetrics = {
    accuracy: wilson(right, predictions.labels.length),
    top5: topK(predictions, 5),
    macroF1: macroF1(classes),
    logLoss: logLoss(predictions),
  };
  return { split, metrics, classes, confusion };
}
