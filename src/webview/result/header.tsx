import '../platform/elements.ts';
import { isActive, type ExperimentDetail, type ExperimentFile, type Proportion } from '../../shared/experiment.ts';
import { count, percent, proportion } from '../../shared/format.ts';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { ProgressLine } from '../components/progressLine.tsx';
import type { ResultModel } from './model.ts';
import { tally } from './pairs.ts';
import { canPause, canResume, explain, facts, progressDetail, statusWords, stepWords } from './words.ts';

export function Header({ model, detail }: { model: ResultModel; detail: ExperimentDetail }) {
  const { file } = detail;
  const status = statusWords(file);
  const explanation = explain(file);
  const active = isActive(file.status);
  const stopping = model.stopping.value;
  const changing = model.changing.value;
  return (
    <header class="header">
      <div class="title-row">
        <h1 title={file.id}>{file.name}</h1>
        <span class={`status ${status.tone}`} role="status">
          <Icon name={status.icon} spin={status.icon === 'loading'} />
          {status.text}
        </span>
        <div class="actions">
          {canPause(file) && (
            <vscode-button secondary icon="debug-pause" disabled={changing || stopping} onClick={() => model.pause()}>
              {changing ? 'Pausing…' : 'Pause'}
            </vscode-button>
          )}
          {canResume(file) && (
            <vscode-button
              secondary={!active}
              icon="debug-continue"
              disabled={changing || stopping}
              onClick={() => model.resume()}
            >
              {changing ? 'Resuming…' : 'Resume'}
            </vscode-button>
          )}
          {active && (
            <vscode-button
              secondary={file.status === 'paused'}
              icon="debug-stop"
              disabled={stopping}
              onClick={() => model.stop()}
            >
              {stopping ? 'Stopping…' : 'Stop'}
            </vscode-button>
          )}
          {!active && (
            <vscode-button secondary icon="debug-rerun" onClick={() => model.trainAgain()}>
              Train again
            </vscode-button>
          )}
          <vscode-button secondary icon="output" onClick={() => model.showLog()}>
            Show log
          </vscode-button>
        </div>
      </div>
      <div class="summary-row">
        <Headline detail={detail} />
        <Facts detail={detail} />
      </div>
      {active && <Running file={file} />}
      {explanation && <Notice {...explanation} />}
      {model.actionProblem.value !== undefined && <Notice kind="error" message={model.actionProblem.value} />}
      <Skipped file={file} />
    </header>
  );
}

export const Facts = ({ detail }: { detail: ExperimentDetail }) => (
  <dl class="facts">
    {facts(detail.file, detail.history).map(fact => (
      <div key={fact.name} title={fact.more}>
        <dt>{fact.name}</dt>
        <dd>{fact.value}</dd>
      </div>
    ))}
  </dl>
);

function Headline({ detail }: { detail: ExperimentDetail }) {
  const split = detail.metrics.test ? 'test' : 'validation';
  const accuracy = detail.metrics[split]?.accuracy;
  if (accuracy) {
    const report = detail.reports.find(r => r.split === split);
    const wrong = report ? tally(report.confusion).wrong : Math.round((1 - accuracy.value) * accuracy.n);
    return <Accuracy accuracy={accuracy} split={split} wrong={wrong} />;
  }
  const epoch = detail.lastEpoch;
  return (
    <div class="headline">
      <span class="big">{epoch ? percent(epoch.validationAccuracy) : '–'}</span>
      <span class="headline-words">
        <span>{epoch ? `validation accuracy, ${stepWords(detail.history).at(epoch.epoch)}` : 'no accuracy yet'}</span>
        <span class="muted">
          {isActive(detail.file.status) ? 'interval and test follow with the evaluation' : 'the run was not evaluated'}
        </span>
      </span>
    </div>
  );
}

function Accuracy({ accuracy, split, wrong }: { accuracy: Proportion; split: string; wrong: number }) {
  return (
    <div class="headline">
      <span class="big">{percent(accuracy.value)}</span>
      <span class="headline-words">
        <span title="95 % interval (Wilson) and number of images">
          {proportion(accuracy).slice(percent(accuracy.value).length + 1)}{' '}
          <span class="muted">accuracy on {split}</span>
        </span>
        <span>
          <b class={wrong > 0 ? 'bad' : ''}>{wrong.toLocaleString('en')}</b> of {accuracy.n.toLocaleString('en')} wrong
        </span>
      </span>
    </div>
  );
}

function Running({ file }: { file: ExperimentFile }) {
  const { progress, status } = file;
  const number = status === 'evaluating' ? 3 : status === 'training' || status === 'paused' ? 2 : 1;
  const step = `Step ${number} of 3: ${statusWords(file).text.toLowerCase()}`;
  // Progress of an earlier phase says nothing about this one.
  const phase = status === 'paused' ? 'training' : status;
  const current = progress?.phase === phase ? progress : undefined;
  return (
    <ProgressLine
      label={status === 'queued' ? 'Waiting for the run’s process' : step}
      detail={current ? progressDetail(current, file.config.head) : ''}
      share={current && current.total > 0 ? current.done / current.total : undefined}
    />
  );
}

function Skipped({ file }: { file: ExperimentFile }) {
  const skipped = file.skipped ?? [];
  if (skipped.length === 0) return null;
  return (
    <details class="skipped">
      <summary>
        <Icon name="warning" />
        {count(skipped.length, 'image was', 'images were')} left out because {skipped.length === 1 ? 'it' : 'they'}{' '}
        could not be read
      </summary>
      <ul>
        {skipped.slice(0, 100).map(({ path, reason }) => (
          <li key={path}>
            <code>{path}</code> <span class="muted">{reason}</span>
          </li>
        ))}
        {skipped.length > 100 && <li class="muted">and {skipped.length - 100} more, listed in experiment.json</li>}
      </ul>
    </details>
  );
}
