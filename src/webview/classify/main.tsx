import { render } from 'preact';
import { useState } from 'preact/hooks';
import type { ClassifyPanelApi, ClassifyPanelEvents, ClassifyView } from '../../shared/panelApi.ts';
import { count, duration } from '../../shared/format.ts';
import { createClient, onEvent } from '../../shared/rpc.ts';
import { Empty, Notice } from '../components/notice.tsx';
import { ProgressLine } from '../components/progressLine.tsx';
import { Select } from '../components/select.tsx';
import { connectToHost } from '../platform/connection.ts';
import { PanelMemory } from '../platform/vscode.ts';
import { Answer } from './answer.tsx';
import { ClassifyModel } from './model.ts';
import './main.css';

function App({ model }: { model: ClassifyModel }) {
  const view = model.view.value;
  const problem = model.problem.value;
  return (
    <>
      <header class="header">
        <h1>Classify</h1>
        {view && <AnsweredBy model={model} view={view} />}
      </header>
      <div class="under-header">{model.busy.value && <Busy model={model} />}</div>
      {problem !== undefined && (
        <Notice kind="error" message={problem}>
          <button type="button" class="link" onClick={() => void model.load()}>
            Try again
          </button>
        </Notice>
      )}
      {model.actionProblem.value !== undefined && <Notice kind="error" message={model.actionProblem.value} />}
      {view && <Answers model={model} view={view} />}
    </>
  );
}

function AnsweredBy({ model, view }: { model: ClassifyModel; view: ClassifyView }) {
  const { by } = view.answer;
  return (
    <div class="answered-by">
      <span id="answered-by">Answered by</span>
      <Select
        label="Model that answers"
        options={view.choices.map(({ experiment, label, description }) => ({ value: experiment, label, description }))}
        value={view.chosen}
        onChange={experiment => void model.choose(experiment)}
      />
      {by.kind === 'experiment' ? (
        <>
          <span class="muted">
            {count(by.classes, 'class', 'classes')}, trained on {by.dataset}
          </span>
          <button type="button" class="link" onClick={() => model.openExperiment(by.id)}>
            Show its results
          </button>
        </>
      ) : (
        <span class="muted">The backbone’s own 1,000 ImageNet classes. Train a head to get your own.</span>
      )}
    </div>
  );
}

function Busy({ model }: { model: ClassifyModel }) {
  const progress = model.progress.value;
  const detail = progress
    ? [
        `${progress.done.toLocaleString('en')} of ${count(progress.total, 'picture')}`,
        ...(progress.secondsLeft === undefined ? [] : [`${duration(progress.secondsLeft)} left`]),
      ].join(' · ')
    : '';
  return (
    <ProgressLine
      label="Classifying"
      detail={detail}
      share={progress && progress.total > 0 ? progress.done / progress.total : undefined}
    />
  );
}

/** Cards that are made at once; more at the press of a button. */
const PAGE = 60;

function Answers({ model, view }: { model: ClassifyModel; view: ClassifyView }) {
  const [limit, setLimit] = useState(PAGE);
  const { images } = view.answer;
  if (images.length === 0)
    return (
      <Empty
        icon="device-camera"
        message="No pictures were chosen. Right-click an image in the Explorer and choose “Headway: Classify”."
      />
    );
  const unreadable = images.filter(image => image.problem !== undefined).length;
  return (
    <main aria-busy={model.busy.value}>
      {images.length > 1 && (
        <p class="muted counts">
          {count(images.length, 'picture')}
          {unreadable > 0 && `, ${unreadable} could not be read`}
        </p>
      )}
      <ul class={images.length === 1 ? 'answers single' : 'answers'}>
        {images.slice(0, limit).map((image, i) => (
          <Answer
            key={image.path}
            image={image}
            uri={view.uris[i] ?? ''}
            name={view.names[i] ?? image.path}
            onOpen={() => model.openImage(image.path)}
          />
        ))}
      </ul>
      {images.length > limit && (
        <button type="button" class="link more" onClick={() => setLimit(limit + PAGE)}>
          Show {Math.min(PAGE, images.length - limit)} more
        </button>
      )}
    </main>
  );
}

const connection = connectToHost();
const model = new ClassifyModel(createClient<ClassifyPanelApi>(connection), new PanelMemory<Record<string, never>>());
onEvent<ClassifyPanelEvents, 'stale'>(connection, 'stale', () => void model.load());
connection.listen();
render(<App model={model} />, document.getElementById('root')!);
void model.load();
