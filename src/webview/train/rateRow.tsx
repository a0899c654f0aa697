import '../platform/elements.ts';
import type { Progress, RateFinding } from '../../shared/experiment.ts';
import { count, duration } from '../../shared/format.ts';
import { LineChartCard } from '../charts/lineChartCard.tsx';
import { IconButton } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { ProgressLine } from '../components/progressLine.tsx';
import { NumberInput, rowOf, type FieldRowProps } from './fieldRow.tsx';
import type { TrainModel } from './model.ts';
import { Row } from './row.tsx';

/** The learning rate, and the range test that suggests one. */
export function RateRow({ model, field }: FieldRowProps) {
  const finding = model.finding.value;
  const found = model.ui.value.finding;
  const problem = model.findProblem.value;
  return (
    <Row
      {...rowOf({ model, field })}
      below={
        <>
          {finding && <Finding model={model} progress={finding.progress} />}
          {problem !== undefined && <Notice kind="error" message={problem} />}
          {found && !finding && <Found model={model} {...found} />}
        </>
      }
    >
      <NumberInput model={model} field={{ key: 'learningRate', label: field.label }} />
      <vscode-button
        secondary
        icon="search"
        disabled={finding !== undefined || model.problems.value.size > 0 || !model.dataset}
        onClick={() => void model.findRate()}
      >
        Find learning rate
      </vscode-button>
    </Row>
  );
}

function Finding({ model, progress }: { model: TrainModel; progress: Progress | undefined }) {
  const testing = progress?.phase === 'training';
  const left = progress?.secondsLeft;
  return (
    <div class="finding">
      <ProgressLine
        label={testing ? 'Trying learning rates' : 'Computing features first'}
        detail={
          progress && progress.total > 0
            ? [
                `${progress.done.toLocaleString('en')} of ${count(progress.total, testing ? 'step' : 'image')}`,
                ...(left === undefined ? [] : [`${duration(left)} left`]),
              ].join(' · ')
            : ''
        }
        share={progress && progress.total > 0 ? progress.done / progress.total : undefined}
      />
      <vscode-button secondary onClick={() => model.cancelFind()}>
        Cancel
      </vscode-button>
    </div>
  );
}

/** 0.00123 → "1.2e-3", 0.1 → "0.10": two digits tell rates apart. */
const rateText = (rate: number): string => rate.toExponential(1);
const power = (rate: number): string => `1e${Math.round(Math.log10(rate))}`;

const WORDS = {
  title: 'Learning rate',
  tick: power,
  cell: rateText,
  at: (rate: number) => `rate ${rateText(rate)}`,
};

function Found({ model, result, settings }: { model: TrainModel; result: RateFinding; settings: string }) {
  const { points, suggestion } = result;
  const rate = suggestion === undefined ? undefined : Number(suggestion.toPrecision(2));
  const highest = 1.15 * Math.max(...points.map(p => p.smoothed));
  return (
    <div class="found">
      <div class="found-words">
        {rate === undefined ? (
          <Notice kind="warning" message="The loss did not fall at any rate; look at the data or the head." />
        ) : (
          <>
            <span>
              Suggested: <b>{rate}</b>
            </span>
            <vscode-button
              disabled={model.config.learningRate === rate}
              onClick={() =>
                model.edit(draft => ({
                  config: { ...draft.config, learningRate: rate },
                  texts: { ...draft.texts, learningRate: String(rate) },
                }))
              }
            >
              Use {rate}
            </vscode-button>
          </>
        )}
        <IconButton icon="close" label="Close the curve" onClick={() => model.dropFinding()} />
      </div>
      {points.length > 1 && (
        <LineChartCard
          title="Loss by learning rate"
          series={[
            {
              name: 'Loss',
              color: 'var(--vscode-charts-blue)',
              dashed: true,
              points: points.map(p => ({ x: p.rate, y: p.loss })),
            },
            {
              name: 'Smoothed',
              color: 'var(--vscode-charts-yellow)',
              points: points.map(p => ({ x: p.rate, y: p.smoothed })),
            },
          ]}
          {...(rate !== undefined && { mark: { x: rate, text: `suggested ${rate}` } })}
          logX
          highest={highest}
          format={y => y.toFixed(3)}
          formatTick={y => y.toFixed(1)}
          label={`Training loss while the learning rate rises from ${rateText(points[0]!.rate)} to ${rateText(points.at(-1)!.rate)}.${rate === undefined ? '' : ` Suggested: ${rate}.`}`}
          words={WORDS}
          asTable={model.ui.value.findingAsTable}
          onTable={findingAsTable => model.change({ findingAsTable })}
        />
      )}
      <p class="row-help">Found with {settings}. The suggestion is the middle of the range in which the loss falls.</p>
    </div>
  );
}
