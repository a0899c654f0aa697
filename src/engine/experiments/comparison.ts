import type { Split } from '../../shared/dataset.ts';
import { argmax } from '../evaluate/metrics.ts';
import { mcnemar } from '../evaluate/mcnemar.ts';
import type { PredictionTable } from './predictionsFile.ts';

export interface ComparedImage {
  path: string;
  label: string;
  /** Predicted by the first and by the second run. */
  a: string;
  b: string;
  outcome: 'fixed' | 'broken' | 'both-wrong';
}

export interface Comparison {
  /** Images of the split that both runs predicted, with the same label. */
  n: number;
  /** Right in the first run only (broken by the second), in the second only (fixed), in both, in none. */
  onlyA: number;
  onlyB: number;
  both: number;
  neither: number;
  /** Exact McNemar. */
  p: number;
  /** All but those right in both. */
  images: ComparedImage[];
}

/** Compares two runs image by image; images that only one of them has, or with another label, do not count. */
export function comparePredictions(a: PredictionTable, b: PredictionTable, split: Split): Comparison {
  const rowOf = new Map(b.paths.map((path, row) => [path, row]));
  const result: Comparison = { n: 0, onlyA: 0, onlyB: 0, both: 0, neither: 0, p: 1, images: [] };
  a.paths.forEach((path, row) => {
    const other = rowOf.get(path);
    if (other === undefined || a.splits[row] !== split || b.splits[other] !== split) return;
    const label = a.classes[a.labels[row]!]!;
    if (b.classes[b.labels[other]!] !== label) return;
    const predictedA = a.classes[argmax(a.probabilities, row, a.classes.length)]!;
    const predictedB = b.classes[argmax(b.probabilities, other, b.classes.length)]!;
    const [rightA, rightB] = [predictedA === label, predictedB === label];
    result.n++;
    if (rightA && rightB) {
      result.both++;
      return;
    }
    if (rightA) result.onlyA++;
    else if (rightB) result.onlyB++;
    else result.neither++;
    const outcome = rightA ? 'broken' : rightB ? 'fixed' : 'both-wrong';
    result.images.push({ path, label, a: predictedA, b: predictedB, outcome });
  });
  result.p = mcnemar(result.onlyA, result.onlyB);
  return result;
}
