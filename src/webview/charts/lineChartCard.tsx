import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from '../components/icon.tsx';
import { VirtualTable, type Column } from '../components/virtualTable.tsx';
import { useSize } from '../platform/useSize.ts';
import { lineChart, type LineChart } from './lineChart.ts';

interface LineChartCardProps extends Omit<LineChart, 'width' | 'height'> {
  title: string;
  /** Whether the numbers are shown in place of the picture. */
  asTable: boolean;
  onTable: (asTable: boolean) => void;
}

interface TableRow {
  x: number;
  values: (number | undefined)[];
}

/** A chart with its legend, and the table behind it at the press of a button. */
export function LineChartCard(props: LineChartCardProps) {
  const { title, series, asTable, onTable, format, words } = props;
  return (
    <section class="card chart-card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <ul class="legend" aria-hidden="true">
          {series.map(s => (
            <li key={s.name} class={s.dashed ? 'dashed' : ''} style={{ '--line': s.color }}>
              {s.name}
            </li>
          ))}
        </ul>
        <IconButton
          icon={asTable ? 'graph-line' : 'table'}
          label={`${title} as ${asTable ? 'a chart' : 'a table'}`}
          onClick={() => onTable(!asTable)}
        />
      </header>
      {asTable ? <ChartTable title={title} series={series} format={format} words={words} /> : <Picture {...props} />}
    </section>
  );
}

function Picture(props: LineChartCardProps) {
  const { title: _, asTable: __, onTable: ___, ...chart } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  useLayoutEffect(() => {
    if (!box.current || width === 0) return;
    box.current.replaceChildren(lineChart({ ...chart, width, height }));
  });
  return <div ref={box} class="chart" />;
}

type ChartTableProps = Pick<LineChartCardProps, 'title' | 'series' | 'format' | 'words'>;

function ChartTable({ title, series, format, words }: ChartTableProps) {
  const xs = [...new Set(series.flatMap(s => s.points.map(point => point.x)))];
  const bySeries = series.map(s => new Map(s.points.map(point => [point.x, point.y])));
  const rows: TableRow[] = xs.map(x => ({ x, values: bySeries.map(points => points.get(x)) }));
  const columns: Column<TableRow>[] = [
    { key: 'x', title: words.title, numeric: true, cell: row => (words.cell ?? words.tick)(row.x) },
    ...series.map((s, i): Column<TableRow> => ({
      key: s.name,
      title: s.name,
      numeric: true,
      cell: row => {
        const value = row.values[i];
        return value === undefined ? '–' : format(value);
      },
    })),
  ];
  return (
    <div class="chart">
      <VirtualTable label={`${title} by ${words.title.toLowerCase()}`} columns={columns} rows={rows} />
    </div>
  );
}
