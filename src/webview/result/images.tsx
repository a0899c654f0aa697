import { isActive, type ExperimentDetail, type PredictionSort } from '../../shared/experiment.ts';
import { Chips, type ChipView } from '../components/chips.tsx';
import { Grid } from '../components/grid/grid.tsx';
import type { RowSource } from '../components/grid/rowSource.ts';
import { nameOf } from '../components/grid/tile.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Notice } from '../components/notice.tsx';
import { Segments } from '../components/segments.tsx';
import { Select, type SelectOption } from '../components/select.tsx';
import type { ResultModel } from './model.ts';
import { tally } from './pairs.ts';
import { clampTile, sortOf, TILE, type ChipKey, type SegmentName } from './ui.ts';

const SORTS: readonly SelectOption<PredictionSort>[] = [
  { value: 'confidence', label: 'Most confident first' },
  { value: 'uncertain', label: 'Least certain first' },
  { value: 'loss', label: 'Highest loss first' },
  { value: 'path', label: 'By file name' },
];

/** The images of a split: wrong ones first, with filters, order and tile size. */
export function Images({ model, detail }: { model: ResultModel; detail: ExperimentDetail }) {
  const source = model.source.value;
  const report = model.report.value;
  if (!source || !report) {
    return (
      <section class="images" aria-label="Images">
        {isActive(detail.file.status) ? (
          <Empty icon="device-camera" message="The images it gets wrong appear here once the run has been evaluated." />
        ) : (
          <Empty icon="device-camera" message="There are no predictions: the run ended before it was evaluated." />
        )}
      </section>
    );
  }
  const ui = model.ui.value;
  const { wrong, total } = tally(report.confusion);
  return (
    <section class="images" aria-label="Images">
      <div class="toolbar">
        <Segments<SegmentName>
          label="Which images"
          value={ui.segment}
          segments={[
            { value: 'wrong', label: 'Wrong', count: wrong },
            { value: 'uncertain', label: 'Uncertain' },
            { value: 'all', label: 'All', count: total },
          ]}
          onChange={segment => model.changeQuery({ segment })}
        />
        <Select
          label="Order of the images"
          options={SORTS}
          value={sortOf(ui)}
          onChange={sort => model.changeQuery({ sorts: { ...ui.sorts, [ui.segment]: sort } })}
        />
      </div>
      <div class="toolbar">
        <Shown model={model} source={source} wrong={wrong} />
        <TileSize value={ui.tile} onChange={tile => model.change({ tile })} />
        <ChipRow model={model} />
      </div>
      {source.problem.value === undefined ? (
        <Body model={model} source={source} />
      ) : (
        <Notice kind="error" message={source.problem.value}>
          <button type="button" class="link" onClick={() => source.retry()}>
            Try again
          </button>
        </Notice>
      )}
    </section>
  );
}

function Body({ model, source }: { model: ResultModel; source: RowSource }) {
  const ui = model.ui.value;
  const counts = source.counts.value;
  if (counts?.matching === 0) return <Nothing model={model} total={counts.total} />;
  return (
    <>
      <Grid
        label={`${ui.segment === 'wrong' ? 'Wrongly predicted' : 'Predicted'} images in ${model.split.value ?? ''}`}
        source={source}
        thumbnails={model.thumbnails}
        classes={model.classes}
        tile={ui.tile}
        active={Math.min(ui.active, (counts?.matching ?? 1) - 1)}
        start={ui.top}
        onActive={active => model.change({ active })}
        onOpen={path => model.openImage(path)}
        onBack={() => {
          const last = ui.chips.predicted ? 'predicted' : 'label';
          if (ui.chips[last]) model.removeChip(last);
        }}
        onScrolledTo={top => {
          if (top !== model.ui.value.top) model.change({ top });
        }}
        onResize={steps => model.change({ tile: clampTile(model.ui.value.tile + steps * 2 * TILE.step) })}
      />
      <p class="keys" aria-hidden="true">
        <kbd>←↑↓→</kbd> move <kbd>Enter</kbd> open <kbd>Esc</kbd> drop filter <kbd>Ctrl</kbd>
        <kbd>wheel</kbd> size
      </p>
    </>
  );
}

function Nothing({ model, total }: { model: ResultModel; total: number }) {
  const { chips, segment } = model.ui.value;
  const filtered = chips.label?.on === true || chips.predicted?.on === true;
  const showAll = () => model.changeQuery({ segment: 'all' });
  if (filtered)
    return (
      <Empty icon="filter" message={`No ${segment === 'wrong' ? 'wrong ' : ''}image matches the filters.`}>
        <button type="button" class="link" onClick={() => model.changeQuery({ chips: {} })}>
          Remove the filters
        </button>
        {segment === 'wrong' && (
          <button type="button" class="link" onClick={showAll}>
            Show right ones too
          </button>
        )}
      </Empty>
    );
  return (
    <Empty
      icon="pass"
      message={`Nothing is wrong: all ${total.toLocaleString('en')} images were predicted as labelled.`}
    >
      <button type="button" class="link" onClick={showAll}>
        Show all images
      </button>
    </Empty>
  );
}

/** "12 shown of 35 wrong, 372 in test". */
function Shown({ model, source, wrong }: { model: ResultModel; source: RowSource; wrong: number }) {
  const counts = source.counts.value;
  const { segment } = model.ui.value;
  return (
    <p class="shown" role="status">
      {counts ? (
        <>
          <b>{counts.matching.toLocaleString('en')}</b> shown
          {segment === 'wrong' && <> of {wrong.toLocaleString('en')} wrong</>}
          <span class="muted">
            {segment === 'wrong' ? ', ' : ' of '}
            {counts.total.toLocaleString('en')} in {model.split.value}
          </span>
        </>
      ) : (
        <span class="muted">Loading</span>
      )}
    </p>
  );
}

function ChipRow({ model }: { model: ResultModel }) {
  const { chips } = model.ui.value;
  const views: ChipView[] = [];
  for (const [key, name] of [
    ['label', 'true'],
    ['predicted', 'predicted'],
  ] as const) {
    const chip = chips[key];
    if (chip) views.push({ key, text: `${name}: ${nameOf(chip.index, model.classes)}`, on: chip.on });
  }
  return (
    <Chips
      chips={views}
      onToggle={key => model.toggleChip(key as ChipKey)}
      onRemove={key => model.removeChip(key as ChipKey)}
    />
  );
}

function TileSize({ value, onChange }: { value: number; onChange: (tile: number) => void }) {
  return (
    <label class="tile-size" title="Tile size (Ctrl+wheel over the images)">
      <Icon name="zoom-in" />
      <input
        type="range"
        aria-label="Tile size"
        min={TILE.min}
        max={TILE.max}
        step={TILE.step}
        value={value}
        onInput={event => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
