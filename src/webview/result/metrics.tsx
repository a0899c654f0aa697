import { SPLITS, type Split } from '../../shared/dataset.ts';
import type { MetricsBySplit, SplitMetrics } from '../../shared/experiment.ts';
import { percent } from '../../shared/format.ts';

interface MetricRow {
  name: string;
  description: string;
  kind?: 'first' | 'bounds';
  cell: (metrics: SplitMetrics) => string;
}

const ROWS: readonly MetricRow[] = [
  {
    name: 'Accuracy',
    description: 'Share of images whose label is the most probable class',
    kind: 'first',
    cell: m => percent(m.accuracy.value),
  },
  {
    name: '95 % interval',
    description: 'Wilson interval of the accuracy',
    kind: 'bounds',
    cell: ({ accuracy: { low, high } }) => `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`,
  },
  { name: 'n', description: 'Images', kind: 'bounds', cell: m => m.accuracy.n.toLocaleString('en') },
  {
    name: 'Top-5',
    description: 'Share of images whose label is among the five most probable classes',
    cell: m => percent(m.top5),
  },
  { name: 'Macro-F1', description: 'Mean of the classes’ F1 scores', cell: m => m.macroF1.toFixed(3) },
  {
    name: 'Log-loss',
    description: 'Mean negative log-probability of the label, nats',
    cell: m => m.logLoss.toFixed(3),
  },
];

const TITLES: Record<Split, string> = { train: 'Train', validation: 'Validation', test: 'Test' };

/** The metrics of the splits that were evaluated, side by side. */
export function MetricsTable({ metrics }: { metrics: MetricsBySplit }) {
  const splits = SPLITS.flatMap(split => {
    const m = metrics[split];
    return m ? [{ split, metrics: m }] : [];
  });
  return (
    <section class="card" aria-label="Metrics">
      <header>
        <h2>Metrics</h2>
      </header>
      <table class="table metrics">
        <thead>
          <tr>
            <td />
            {splits.map(({ split }) => (
              <th key={split} scope="col" class="number">
                {TITLES[split]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(row => (
            <tr key={row.name} class={row.kind}>
              <th scope="row" title={row.description}>
                {row.name}
              </th>
              {splits.map(({ split, metrics: m }) => (
                <td key={split} class="number">
                  {row.cell(m)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
