/** What the result panel remembers across a reload, and how it is asked of the engine. */
import type { Split } from '../../shared/dataset.ts';
import type { PredictionQuery, PredictionSort, SplitReport } from '../../shared/experiment.ts';
import type { Sorting } from '../components/virtualTable.tsx';

export type SegmentName = 'wrong' | 'uncertain' | 'all';

/** A filter on one class; switched off it stays in sight without acting. */
export interface ClassChip {
  index: number;
  on: boolean;
}

export type ChipKey = 'label' | 'predicted';

export interface ResultUi {
  segment: SegmentName;
  /** Absent: the best split there is (test, else validation, else train). */
  split?: Split;
  sorts: Partial<Record<SegmentName, PredictionSort>>;
  chips: Partial<Record<ChipKey, ClassChip>>;
  tile: number;
  /** First tile in sight and the one with the keyboard. */
  top: number;
  active: number;
  /** Narrow panels show one of the two at a time. */
  pane: 'images' | 'summary';
  summaryHidden: boolean;
  classSorting: Sorting;
  tables: { loss: boolean; accuracy: boolean; rate?: boolean };
}

export const DEFAULT_UI: ResultUi = {
  segment: 'wrong',
  sorts: {},
  chips: {},
  tile: 128,
  top: 0,
  active: 0,
  pane: 'images',
  summaryHidden: false,
  classSorting: { key: 'f1', descending: false },
  tables: { loss: false, accuracy: false },
};

export const TILE = { min: 64, max: 256, step: 8 } as const;

export const clampTile = (tile: number): number => Math.max(TILE.min, Math.min(TILE.max, tile));

const DEFAULT_SORT: Record<SegmentName, PredictionSort> = { wrong: 'confidence', uncertain: 'uncertain', all: 'path' };

export const sortOf = (ui: Pick<ResultUi, 'segment' | 'sorts'>): PredictionSort =>
  ui.sorts[ui.segment] ?? DEFAULT_SORT[ui.segment];

/** The split to look at: test once there is one, because validation has chosen the epoch. */
export function bestSplit(reports: readonly SplitReport[], wished: Split | undefined): Split | undefined {
  const order: readonly (Split | undefined)[] = [wished, 'test', 'validation', 'train'];
  return order.find(split => reports.some(report => report.split === split));
}

export type GridQuery = Omit<PredictionQuery, 'workspace' | 'id' | 'offset' | 'limit'>;

export function gridQuery(ui: ResultUi, split: Split): GridQuery {
  const { label, predicted } = ui.chips;
  return {
    split,
    filter: ui.segment === 'wrong' ? 'wrong' : 'all',
    sort: sortOf(ui),
    ...(label?.on && { label: label.index }),
    ...(predicted?.on && { predicted: predicted.index }),
  };
}
