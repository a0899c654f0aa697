import type { PredictionPage, PredictionQuery, PredictionRow } from '../../shared/experiment.ts';
import { argmax } from '../evaluate/metrics.ts';
import type { PredictionTable } from './predictionsFile.ts';

type Query = Omit<PredictionQuery, 'workspace' | 'id'>;

/** Difference between the two largest probabilities of a row, 0..1: small where the model wavers. */
function margin(table: PredictionTable, row: number): number {
  const width = table.classes.length;
  let first = 0;
  let second = 0;
  for (let k = 0; k < width; k++) {
    const p = table.probabilities[row * width + k]!;
    if (p > first) [first, second] = [p, first];
    else if (p > second) second = p;
  }
  return first - second;
}

/** Matching rows in order; ties keep the order of the data set. `confidence` puts the most confident predictions first. */
export function selectPredictions(table: PredictionTable, query: Query): PredictionPage {
  const width = table.classes.length;
  let total = 0;
  const rows: (PredictionRow & { index: number })[] = [];
  for (let index = 0; index < table.paths.length; index++) {
    if (table.splits[index] !== query.split) continue;
    total++;
    const label = table.labels[index]!;
    const predicted = argmax(table.probabilities, index, width);
    if (query.filter === 'wrong' && predicted === label) continue;
    if (query.filter === 'right' && predicted !== label) continue;
    if (query.label !== undefined && label !== query.label) continue;
    if (query.predicted !== undefined && predicted !== query.predicted) continue;
    rows.push({
      index,
      path: table.paths[index]!,
      split: query.split,
      label,
      predicted,
      p: table.probabilities[index * width + predicted]!,
      pLabel: table.probabilities[index * width + label]!,
    });
  }
  const key: Record<Query['sort'], (row: PredictionRow & { index: number }) => number> = {
    confidence: row => -row.p,
    uncertain: row => margin(table, row.index),
    loss: row => row.pLabel,
    path: row => row.index,
  };
  const by = key[query.sort];
  const keys = new Map(rows.map(row => [row.index, by(row)]));
  rows.sort((a, b) => keys.get(a.index)! - keys.get(b.index)! || a.index - b.index);
  return {
    matching: rows.length,
    total,
    rows: rows.slice(query.offset, query.offset + query.limit).map(({ index: _, ...row }) => row),
  };
}
