import { render } from 'preact';
import type { Split } from '../../shared/dataset.ts';
import type { ResultPanelApi, ResultPanelEvents } from '../../shared/panelApi.ts';
import { createClient, onEvent } from '../../shared/rpc.ts';
import { IconButton } from '../components/icon.tsx';
import { Empty, Notice } from '../components/notice.tsx';
import { Segments } from '../components/segments.tsx';
import { connectToHost } from '../platform/connection.ts';
import { latestPerFrame } from '../platform/frame.ts';
import { PanelMemory } from '../platform/vscode.ts';
import { ClassTable } from './classes.tsx';
import { ConfusedPairs } from './confused.tsx';
import { Curves } from './curves.tsx';
import { Facts, Header } from './header.tsx';
import { Images } from './images.tsx';
import { MetricsTable } from './metrics.tsx';
import { ResultModel } from './model.ts';
import type { ResultUi } from './ui.ts';
import './main.css';

function App({ model }: { model: ResultModel }) {
  if (model.deleted.value)
    return (
      <Empty icon="trash" message="This experiment was deleted. Its folder is gone, so there is nothing to show." />
    );
  const detail = model.detail.value;
  if (!detail)
    return model.loadProblem.value === undefined ? (
      <p class="loading muted" role="status">
        Loading the experiment
      </p>
    ) : (
      <Notice kind="error" message={model.loadProblem.value}>
        <button type="button" class="link" onClick={() => void model.load()}>
          Try again
        </button>
        <button type="button" class="link" onClick={() => model.showLog()}>
          Show log
        </button>
      </Notice>
    );
  const report = model.report.value;
  const ui = model.ui.value;
  const evaluated = report !== undefined;
  return (
    <>
      <Header model={model} detail={detail} />
      {evaluated && <ViewBar model={model} />}
      <main
        class={`panes show-${evaluated ? ui.pane : 'summary'}${evaluated ? '' : ' unevaluated'}${ui.summaryHidden && evaluated ? ' no-summary' : ''}`}
      >
        <Images model={model} detail={detail} />
        <aside class="summary" aria-label="Summary">
          {evaluated && <MetricsTable metrics={detail.metrics} />}
          {report && <ConfusedPairs model={model} report={report} />}
          {report && <ClassTable model={model} report={report} />}
          <section class="card narrow-facts" aria-label="Configuration">
            <header>
              <h2>Configuration</h2>
            </header>
            <Facts detail={detail} />
          </section>
          <Curves model={model} detail={detail} />
        </aside>
      </main>
    </>
  );
}

const SPLIT_ORDER: readonly { value: Split; label: string }[] = [
  { value: 'test', label: 'Test' },
  { value: 'validation', label: 'Validation' },
  { value: 'train', label: 'Train' },
];

/** What holds for images and summary alike: the split, and which of the two is in sight. */
function ViewBar({ model }: { model: ResultModel }) {
  const ui = model.ui.value;
  const reports = model.detail.value?.reports ?? [];
  return (
    <div class="view-bar">
      <Segments<Split>
        label="Split"
        value={model.split.value ?? 'test'}
        segments={SPLIT_ORDER.flatMap(option => {
          const report = reports.find(r => r.split === option.value);
          return report ? [{ ...option, count: report.metrics.accuracy.n }] : [];
        })}
        onChange={split => model.changeQuery({ split })}
      />
      <div class="narrow-only">
        <Segments
          label="View"
          value={ui.pane}
          segments={[
            { value: 'images', label: 'Images' },
            { value: 'summary', label: 'Summary' },
          ]}
          onChange={pane => model.change({ pane })}
        />
      </div>
      <div class="wide-only">
        <IconButton
          icon="layout-sidebar-right"
          label="Summary beside the images"
          pressed={!ui.summaryHidden}
          onClick={() => model.change({ summaryHidden: !ui.summaryHidden })}
        />
      </div>
    </div>
  );
}

const connection = connectToHost();
const model = new ResultModel(createClient<ResultPanelApi>(connection), new PanelMemory<ResultUi>());
onEvent<ResultPanelEvents, 'changed'>(
  connection,
  'changed',
  latestPerFrame(detail => model.show(detail)),
);
onEvent<ResultPanelEvents, 'deleted'>(connection, 'deleted', () => (model.deleted.value = true));
connection.listen();
render(<App model={model} />, document.getElementById('root')!);
void model.load();
