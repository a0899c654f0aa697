import '../platform/elements.ts';
import { render } from 'preact';
import type { TrainPanelApi, TrainPanelEvents } from '../../shared/panelApi.ts';
import { createClient, onEvent } from '../../shared/rpc.ts';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { connectToHost } from '../platform/connection.ts';
import { PanelMemory } from '../platform/vscode.ts';
import { Estimate } from './estimate.tsx';
import { FieldRow } from './fieldRow.tsx';
import { FIELDS, fieldsOf, SECTIONS, type SectionId } from './fields.ts';
import { TrainModel, type TrainUi } from './model.ts';
import { fieldId } from './row.tsx';
import { StartRows } from './startRows.tsx';
import './main.css';

function App({ model }: { model: TrainModel }) {
  if (!model.view.value)
    return model.loadProblem.value === undefined ? (
      <p class="loading muted" role="status">
        Loading
      </p>
    ) : (
      <Notice kind="error" message={model.loadProblem.value}>
        <button type="button" class="link" onClick={() => void model.load()}>
          Try again
        </button>
      </Notice>
    );
  return (
    <>
      <Header model={model} />
      <main class="form">
        <div class="column">
          <StartRows model={model} />
          <SectionRows model={model} section="model" />
          <SectionRows model={model} section="optimisation" />
        </div>
        <div class="column">
          <SectionRows model={model} section="regularisation" />
          <SectionRows model={model} section="data" />
          <SectionRows model={model} section="run" />
        </div>
      </main>
    </>
  );
}

const MAC = navigator.platform.startsWith('Mac');

function Header({ model }: { model: TrainModel }) {
  const problems = model.problems.value.size;
  const changed = model.changed.value.length;
  return (
    <header class="header">
      <div class="title-row">
        <h1>Train Head</h1>
        <div class="actions">
          <vscode-button
            secondary
            icon="discard"
            disabled={changed === 0}
            onClick={() => model.choose(model.ui.value.base)}
          >
            Reset
          </vscode-button>
          <vscode-button
            icon="play"
            disabled={model.starting.value}
            title={`${MAC ? '⌘' : 'Ctrl+'}Enter`}
            onClick={() => train(model)}
          >
            {model.starting.value ? 'Starting…' : 'Train'}
          </vscode-button>
        </div>
      </div>
      {problems > 0 ? (
        <p class="problem-count" role="status">
          <Icon name="error" />
          {problems === 1 ? 'One setting needs a look' : `${problems} settings need a look`}
          <button type="button" class="link" onClick={() => showFirstProblem(model)}>
            Show {problems === 1 ? 'it' : 'the first'}
          </button>
        </p>
      ) : (
        <Estimate model={model} />
      )}
      {model.trainProblem.value !== undefined && <Notice kind="error" message={model.trainProblem.value} />}
    </header>
  );
}

function SectionRows({ model, section }: { model: TrainModel; section: SectionId }) {
  const fields = fieldsOf(section, model.config, model.problems.value);
  const { title } = SECTIONS.find(s => s.id === section)!;
  if (fields.length === 0) return null;
  return (
    <section aria-labelledby={`section-${section}`}>
      <h2 id={`section-${section}`}>{title}</h2>
      {fields.map(field => (
        <FieldRow key={field.key} model={model} field={field} />
      ))}
    </section>
  );
}

function train(model: TrainModel): void {
  if (model.problems.value.size > 0) showFirstProblem(model);
  else void model.train();
}

function showFirstProblem(model: TrainModel): void {
  const wrong = FIELDS.find(field => model.problems.value.has(field.key));
  if (!wrong) return;
  const control = document.getElementById(fieldId(wrong.key));
  control?.scrollIntoView({ block: 'center' });
  control?.focus();
}

const connection = connectToHost();
const memory = new PanelMemory<TrainUi>();
const model = new TrainModel(createClient<TrainPanelApi>(connection), memory);
onEvent<TrainPanelEvents, 'datasets'>(connection, 'datasets', datasets => model.showDatasets(datasets));
connection.listen();
render(<App model={model} />, document.getElementById('root')!);
window.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !(MAC ? event.metaKey : event.ctrlKey)) return;
  event.preventDefault();
  train(model);
});
void model.load().then(() => {
  requestAnimationFrame(() => document.documentElement.scrollTo({ top: memory.ui.top ?? 0 }));
  window.addEventListener('scroll', () => memory.updateUi({ top: document.documentElement.scrollTop }), {
    passive: true,
  });
});
