/** What the confusion matrix says in words. */

export interface ConfusedPair {
  label: number;
  predicted: number;
  count: number;
  /** Images of the true class. */
  support: number;
}

/**
 * Pairs of different classes that were confused, most images first, then the larger share of the true class.
 * `confusion`: row = true class, column = predicted class, counts.
 */
export function confusedPairs(confusion: readonly (readonly number[])[]): ConfusedPair[] {
  const pairs: ConfusedPair[] = [];
  confusion.forEach((row, label) => {
    const support = row.reduce((sum, n) => sum + n, 0);
    row.forEach((count, predicted) => {
      if (count > 0 && predicted !== label) pairs.push({ label, predicted, count, support });
    });
  });
  return pairs.sort((a, b) => b.count - a.count || b.count / b.support - a.count / a.support);
}

/** Right, wrong and all images of a confusion matrix. */
export function tally(confusion: readonly (readonly number[])[]): { right: number; wrong: number; total: number } {
  let right = 0;
  let total = 0;
  confusion.forEach((row, label) => {
    right += row[label] ?? 0;
    for (const n of row) total += n;
  });
  return { right, wrong: total - right, total };
}
