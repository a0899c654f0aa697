/** What the Experiments tree, the status bar and the pickers show of experiments. */
import { SPLITS, type Split } from '../../shared/dataset.ts';
import {
  isActive,
  type EpochRow,
  type ExperimentStatus,
  type ExperimentSummary,
  type SplitMetrics,
  type TrainConfig,
} from '../../shared/experiment.ts';
import { count, duration, percent, plusMinus, proportion } from '../../shared/format.ts';
import { escapeMarkdown, type Row } from '../platform/row.ts';
import { progressText } from '../platform/progressText.ts';
import { t } from '../platform/text.ts';

export interface ExperimentNode {
  experiment: ExperimentSummary;
}

export const newestFirst = (experiments: readonly ExperimentSummary[]): ExperimentSummary[] =>
  [...experiments].sort((a, b) => b.file.created.localeCompare(a.file.created) || b.file.id.localeCompare(a.file.id));

export const activeRuns = (experiments: readonly ExperimentSummary[]): ExperimentSummary[] =>
  newestFirst(experiments.filter(e => isActive(e.file.status)));

/** Has weights to answer with: it ended and was evaluated. */
export const canClassify = (e: ExperimentSummary): boolean =>
  (e.file.status === 'done' || e.file.status === 'stopped') && Object.keys(e.metrics).length > 0;

/** Waits for a word between two epochs; a probe has none. */
export const canPause = ({ file }: ExperimentSummary): boolean =>
  file.status === 'training' && file.config.head !== 'probe';

/** Paused, or ended before its end: goes on where its last checkpoint was. */
export const canResume = ({ file }: ExperimentSummary): boolean => RESUMABLE.includes(file.status);

const RESUMABLE: readonly ExperimentStatus[] = ['paused', 'interrupted', 'stopped', 'failed'];

const ICON: Record<ExperimentStatus, { icon: string; color?: string }> = {
  queued: { icon: 'watch' },
  features: { icon: 'sync~spin' },
  training: { icon: 'sync~spin' },
  paused: { icon: 'debug-pause' },
  evaluating: { icon: 'sync~spin' },
  done: { icon: 'pass', color: 'testing.iconPassed' },
  stopped: { icon: 'debug-stop' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  interrupted: { icon: 'warning', color: 'list.warningForeground' },
};

const statusName = (status: ExperimentStatus): string => {
  switch (status) {
    case 'queued':
      return t('waiting');
    case 'features':
      return t('features');
    case 'training':
      return t('training');
    case 'paused':
      return t('paused');
    case 'evaluating':
      return t('evaluating');
    case 'done':
      return t('done');
    case 'stopped':
      return t('stopped');
    case 'failed':
      return t('failed');
    case 'interrupted':
      return t('interrupted');
  }
};

const SHORT: Record<Split, string> = { train: 'train', validation: 'val', test: 'test' };

/** Heads are chosen on validation, so that is the number a list shows; a data set without one falls back on test. */
export function headline(e: ExperimentSummary): { split: Split; metrics: SplitMetrics } | undefined {
  for (const split of ['validation', 'test', 'train'] as const) {
    const metrics = e.metrics[split];
    if (metrics) return { split, metrics };
  }
  return undefined;
}

/** "epoch 12 of 100 · val 91.2 %", "paused · epoch 12 of 100", "L2 0.01 · val 90.1 %", "features 120 of 900", "waiting". */
export function runText(e: ExperimentSummary): string {
  const { file, lastEpoch } = e;
  if (file.status === 'training') {
    if (!lastEpoch) return t('training');
    return [stepText(lastEpoch, file.config), t('val {0}', percent(lastEpoch.validationAccuracy))].join(' · ');
  }
  if (file.status === 'paused' && lastEpoch) return [t('paused'), stepText(lastEpoch, file.config)].join(' · ');
  const p = file.progress;
  // Until the first features are there the file still tells how far the scan was.
  if (file.status === 'features' && p?.phase === 'features' && p.total > 0)
    return t('features {0} of {1}', p.done.toLocaleString('en'), p.total.toLocaleString('en'));
  return statusName(file.status);
}

/** A probe's rows are the penalties that it tries, not epochs. */
const stepText = ({ epoch, l2 }: EpochRow, config: TrainConfig): string =>
  l2 === undefined ? t('epoch {0} of {1}', epoch, config.epochs) : t('L2 {0}', Number(l2.toPrecision(1)));

function endText(e: ExperimentSummary): string {
  const best = headline(e);
  const accuracy = best ? [`${SHORT[best.split]} ${plusMinus(best.metrics.accuracy)}`] : [];
  return [...(e.file.status === 'done' && best ? [] : [statusName(e.file.status)]), ...accuracy].join(' · ');
}

export const describe = (e: ExperimentSummary): string => (isActive(e.file.status) ? runText(e) : endText(e));

/** Whether the data set's name tells one experiment from another. */
export const severalDatasets = (experiments: readonly ExperimentSummary[]): boolean =>
  new Set(experiments.map(e => e.file.config.dataset)).size > 1;

/** `short`: without " on DATASET", since the view is narrow and the accuracy stands behind the name. */
export function experimentRow({ experiment: e }: ExperimentNode, short = false): Row {
  const running = isActive(e.file.status);
  return {
    id: e.file.id,
    label: short ? e.file.name.replace(` on ${e.file.config.dataset}`, '') : e.file.name,
    description: describe(e),
    tooltip: tooltip(e),
    ...ICON[e.file.status],
    context: [
      'experiment',
      running ? 'running' : 'ended',
      ...(canPause(e) ? ['pausable'] : []),
      ...(canResume(e) ? ['resumable'] : []),
      ...(canClassify(e) ? ['trained'] : []),
    ].join(' '),
  };
}

/** "512-64 on garden". */
export const configTitle = (c: TrainConfig): string => t('{0} on {1}', c.head, c.dataset);

function tooltip(e: ExperimentSummary): string {
  const { file } = e;
  const c = file.config;
  const row = (name: string, value: string | number) =>
    `| ${escapeMarkdown(name)} | ${escapeMarkdown(String(value))} |`;
  const results = SPLITS.flatMap(split => {
    const m = e.metrics[split];
    return m ? [row(t('{0} accuracy', SHORT[split]), proportion(m.accuracy))] : [];
  });
  const training =
    c.head === 'probe'
      ? [row('l2', c.l2)]
      : [
          row(t('epochs'), file.bestEpoch === undefined ? c.epochs : t('{0} (best: {1})', c.epochs, file.bestEpoch)),
          row(t('batch'), c.batch),
          row(t('learning rate'), c.learningRate),
          row(t('dropout'), c.dropout),
          row('l2', c.l2),
          row(t('patience'), c.patience),
        ];
  return [
    `**${escapeMarkdown(file.name)}** · ${escapeMarkdown(isActive(file.status) && file.progress ? progressText(file.progress) : statusName(file.status))}`,
    ...(file.message ? ['', escapeMarkdown(file.message)] : []),
    '',
    '| | |',
    '|---|---|',
    ...results,
    row(t('dataset'), c.dataset),
    row(t('backbone'), `${c.backbone} (${c.boundary})`),
    row(t('head'), c.head),
    ...(file.parameters === undefined ? [] : [row(t('parameters'), file.parameters.toLocaleString('en'))]),
    ...training,
    row(t('seed'), c.seed),
    ...(c.subset === undefined ? [] : [row(t('training images'), c.subset)]),
    ...(file.seconds ? [row(t('time'), duration(file.seconds.features + file.seconds.train))] : []),
    ...(file.skipped && file.skipped.length > 0
      ? [row(t('left out'), count(file.skipped.length, t('image'), t('images')))]
      : []),
    row(t('started'), new Date(file.started ?? file.created).toLocaleString()),
    row('id', file.id),
  ].join('\n');
}

export interface StatusBar {
  text: string;
  /** One line per run. */
  runs: { id: string; text: string; canPause: boolean; canResume: boolean }[];
  /** The run that a click opens. */
  id: string;
}

/** What the status bar shows: nothing when no run is active. A run at work goes before a paused one. */
export function statusBar(experiments: readonly ExperimentSummary[]): StatusBar | undefined {
  const active = activeRuns(experiments);
  const first = active.find(e => e.file.status !== 'paused') ?? active[0];
  if (!first) return undefined;
  const more = active.length > 1 ? ` (+${active.length - 1})` : '';
  const icon = first.file.status === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
  return {
    text: `${icon} ${runText(first)}${more}`,
    runs: active.map(e => ({
      id: e.file.id,
      text: `${e.file.name}: ${runText(e)}`,
      canPause: canPause(e),
      canResume: canResume(e),
    })),
    id: first.file.id,
  };
}
