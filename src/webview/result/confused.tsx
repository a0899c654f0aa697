import { useState } from 'preact/hooks';
import type { SplitReport } from '../../shared/experiment.ts';
import { nameOf } from '../components/grid/tile.tsx';
import type { ResultModel } from './model.ts';
import { confusedPairs } from './pairs.ts';

const FIRST = 8;
const MOST = 40;

/** The pairs of classes that were confused most, in words; a click shows their images. */
export function ConfusedPairs({ model, report }: { model: ResultModel; report: SplitReport }) {
  const [all, setAll] = useState(false);
  const pairs = confusedPairs(report.confusion);
  if (pairs.length === 0) return null;
  const shown = pairs.slice(0, all ? MOST : FIRST);
  const most = shown[0]!.count;
  const { label, predicted } = model.ui.value.chips;
  const name = (index: number) => nameOf(index, model.classes);
  return (
    <section class="card" aria-label="Most confused">
      <header>
        <h2>Most confused</h2>
        <span class="muted hint">{report.split}, click to filter</span>
      </header>
      <ol class="pairs">
        {shown.map(pair => {
          const marked = label?.on && predicted?.on && label.index === pair.label && predicted.index === pair.predicted;
          return (
            <li key={`${pair.label} ${pair.predicted}`}>
              <button
                type="button"
                class={marked ? 'marked' : ''}
                aria-pressed={marked === true}
                style={{ '--share': pair.count / most }}
                onClick={() => model.addChips({ label: pair.label, predicted: pair.predicted })}
              >
                <span>
                  <b>{pair.count}</b> of {pair.support} {name(pair.label)} called <em>{name(pair.predicted)}</em>
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      {pairs.length > FIRST && (
        <button type="button" class="link more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all
            ? 'Show fewer'
            : `Show ${Math.min(pairs.length, MOST) - FIRST} more of ${pairs.length.toLocaleString('en')} pairs`}
        </button>
      )}
    </section>
  );
}
