import type { ClassReport, SplitReport } from '../../shared/experiment.ts';
import { Interval } from '../components/interval.tsx';
import { VirtualTable, type Column } from '../components/virtualTable.tsx';
import type { ResultModel } from './model.ts';

interface ClassRow extends ClassReport {
  index: number;
}

// Classes without a value (never predicted, no image) come first when the worst come first.
const orNothing = (value: number | undefined | null): number => value ?? -1;

const COLUMNS: Column<ClassRow>[] = [
  { key: 'label', title: 'Class', cell: row => row.label, sort: row => row.label },
  {
    key: 'precision',
    title: 'Precision',
    description: 'Of the images predicted as this class, how many are of it',
    numeric: true,
    cell: row => <Interval value={row.precision} />,
    sort: row => orNothing(row.precision?.value),
  },
  {
    key: 'recall',
    title: 'Recall',
    description: 'Of the images of this class, how many were predicted as it',
    numeric: true,
    cell: row => <Interval value={row.recall} />,
    sort: row => orNothing(row.recall?.value),
  },
  {
    key: 'f1',
    title: 'F1',
    description: 'Harmonic mean of precision and recall',
    numeric: true,
    cell: row => row.f1?.toFixed(3) ?? '–',
    sort: row => orNothing(row.f1),
  },
  {
    key: 'support',
    title: 'n',
    description: 'Images of this class (support)',
    numeric: true,
    cell: row => row.support.toLocaleString('en'),
    sort: row => row.support,
  },
];

/** Precision, recall, F1 and support of every class; a click shows the class's images. */
export function ClassTable({ model, report }: { model: ResultModel; report: SplitReport }) {
  const rows = report.classes.map((c, index): ClassRow => ({ ...c, index }));
  const chip = model.ui.value.chips.label;
  return (
    <section class="card class-card" aria-label="Classes">
      <header>
        <h2>Classes</h2>
        <span class="muted hint">{report.split}, click to filter</span>
      </header>
      <VirtualTable
        label={`Classes in ${report.split}`}
        columns={COLUMNS}
        rows={rows}
        sorting={model.ui.value.classSorting}
        onSort={classSorting => model.change({ classSorting })}
        onRow={row => model.addChips({ label: row.index })}
        isMarked={row => chip?.on === true && chip.index === row.index}
      />
    </section>
  );
}
