/** What every benchmark gives: one row per figure, ours beside a peer or a bound measured in the same run. */
export interface Row {
  what: string;
  ours: number;
  /** Absent where there is nothing to compare with. */
  peer?: number | undefined;
  unit: string;
  /** ours / peer, larger is better. */
  ratio?: number | undefined;
  /** Ratio to reach, or without a peer a value in the row's unit. */
  target?: number | undefined;
}

export interface Report {
  name: string;
  machine: string;
  rows: Row[];
}

export interface BenchOptions {
  /** Fewer rounds. */
  quick?: boolean;
  /** Only the parts whose name has this in it. */
  only?: string;
}

/** A benchmark: `note` tells a person what is going on. */
export type Bench = (note: (text: string) => void, options: BenchOptions) => Promise<Row[]>;

export function formatReport({ name, machine, rows }: Report): string {
  const number = (value: number | undefined): string =>
    value === undefined
      ? ''
      : Math.abs(value) < 0.1 && value !== 0
        ? value.toPrecision(2)
        : value.toFixed(Math.abs(value) < 10 ? 3 : 1);
  const table = [
    ['what', 'ours', 'peer', 'unit', 'ratio', 'target'],
    ...rows.map(r => [r.what, number(r.ours), number(r.peer), r.unit, number(r.ratio), number(r.target)]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map(cells => cells[column]!.length)));
  const line = (cells: string[]): string =>
    cells.map((cell, i) => (i === 0 || i === 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [`${name} on ${machine}`, '', ...table.map(cells => line(cells).trimEnd())].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
