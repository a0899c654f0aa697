import type { EpochRow, ExperimentDetail } from '../../shared/experiment.ts';
import { percent } from '../../shared/format.ts';
import { LineChartCard } from '../charts/lineChartCard.tsx';
import type { Series } from '../charts/lineChart.ts';
import type { ResultModel } from './model.ts';
import { stepWords } from './words.ts';

type Curve = 'trainLoss' | 'trainAccuracy' | 'validationLoss' | 'validationAccuracy';

function series(history: readonly EpochRow[], train: Curve, validation: Curve): Series[] {
  const points = (curve: Curve) => history.map(row => ({ x: row.epoch, y: row[curve] }));
  return [
    { name: 'Train', color: 'var(--vscode-charts-blue)', dashed: true, points: points(train) },
    { name: 'Validation', color: 'var(--vscode-charts-yellow)', points: points(validation) },
  ];
}

/** A constant rate is said among the settings and needs no curve. */
const ratesDiffer = (history: readonly EpochRow[]): boolean =>
  history.some(row => row.learningRate !== history[0]!.learningRate);

/** 0.00123 → "0.0012", 0.0000123 → "1.2e-5". */
const rateText = (rate: number): string => String(Number(rate.toPrecision(2)));

/** Loss, accuracy and a learning rate that changes over the epochs (for a probe: the penalties tried), while the run goes on and after it. */
export function Curves({ model, detail: { history, file } }: { model: ResultModel; detail: ExperimentDetail }) {
  const { tables } = model.ui.value;
  const last = history[history.length - 1];
  if (!last) return null;
  const words = stepWords(history);
  const best = file.bestEpoch;
  const common = {
    words,
    ...(best !== undefined && { mark: { x: best, text: `best ${words.tick(best)}` } }),
  };
  const bestWords = best === undefined ? '' : ` Best: ${words.at(best)}.`;
  return (
    <>
      <LineChartCard
        {...common}
        title="Accuracy"
        series={series(history, 'trainAccuracy', 'validationAccuracy')}
        format={y => percent(y)}
        formatTick={y => `${Number((y * 100).toFixed(1))} %`}
        label={`Accuracy, validation at last ${(last.validationAccuracy * 100).toFixed(1)} % (${words.at(last.epoch)}).${bestWords}`}
        asTable={tables.accuracy}
        onTable={accuracy => model.change({ tables: { ...tables, accuracy } })}
      />
      <LineChartCard
        {...common}
        title="Loss"
        series={series(history, 'trainLoss', 'validationLoss')}
        format={y => y.toFixed(3)}
        formatTick={y => y.toFixed(y < 0.1 && y > 0 ? 2 : 1)}
        label={`Cross-entropy, validation at last ${last.validationLoss.toFixed(3)} (${words.at(last.epoch)}).${bestWords}`}
        include={[0, 0]}
        asTable={tables.loss}
        onTable={loss => model.change({ tables: { ...tables, loss } })}
      />
      {ratesDiffer(history) && (
        <LineChartCard
          {...common}
          title="Learning rate"
          series={[
            {
              name: 'Learning rate',
              color: 'var(--vscode-charts-purple)',
              points: history.map(row => ({ x: row.epoch, y: row.learningRate })),
            },
          ]}
          format={rateText}
          formatTick={rateText}
          label={`Learning rate, at last ${rateText(last.learningRate)} (${words.at(last.epoch)}).${bestWords}`}
          include={[0, 0]}
          asTable={tables.rate ?? false}
          onTable={rate => model.change({ tables: { ...tables, rate } })}
        />
      )}
    </>
  );
}
