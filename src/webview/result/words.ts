/** What the result panel says about a run, apart from its numbers: pure functions from the run's file to words. */
import {
  DEFAULT_CONFIG,
  isActive,
  type EpochRow,
  type ExperimentFile,
  type Progress,
} from '../../shared/experiment.ts';
import { count, duration } from '../../shared/format.ts';
import type { StepWords } from '../charts/lineChart.ts';

export interface StatusWords {
  icon: string;
  text: string;
  tone: 'active' | 'good' | 'warning' | 'error';
}

export function statusWords({ status, bestEpoch }: ExperimentFile): StatusWords {
  switch (status) {
    case 'queued':
      return { icon: 'clock', text: 'Waiting to start', tone: 'active' };
    case 'features':
      return { icon: 'loading', text: 'Computing features', tone: 'active' };
    case 'training':
      return { icon: 'loading', text: 'Training', tone: 'active' };
    case 'paused':
      return { icon: 'debug-pause', text: 'Paused', tone: 'active' };
    case 'evaluating':
      return { icon: 'loading', text: 'Evaluating', tone: 'active' };
    case 'done':
      return { icon: 'pass', text: 'Done', tone: 'good' };
    case 'stopped':
      return { icon: 'debug-stop', text: bestEpoch === undefined ? 'Stopped' : 'Stopped early', tone: 'warning' };
    case 'failed':
      return { icon: 'error', text: 'Failed', tone: 'error' };
    case 'interrupted':
      return { icon: 'debug-disconnect', text: 'Interrupted', tone: 'warning' };
  }
}

/** Waits for a word between two epochs; a probe has none. */
export const canPause = ({ status, config }: ExperimentFile): boolean =>
  status === 'training' && config.head !== 'probe';

/** Paused, or ended before its end: goes on where its last checkpoint was. */
export const canResume = ({ status }: ExperimentFile): boolean =>
  status === 'paused' || status === 'interrupted' || status === 'stopped' || status === 'failed';

export interface Explanation {
  kind: 'info' | 'warning' | 'error';
  message: string;
  advice: string;
}

/** Why a run did not come to its end, or what it has to say about itself, and what to do; undefined where there is nothing to say. */
export function explain({ status, message, bestEpoch }: ExperimentFile): Explanation | undefined {
  const cached = 'Images whose features were computed are not computed again.';
  switch (status) {
    case 'done':
      if (message === undefined) return undefined;
      return { kind: 'warning', message, advice: 'Train again opens the form with this run’s settings.' };
    case 'stopped':
      return {
        kind: message !== undefined && NOTHING_LEARNED.test(message) ? 'warning' : 'info',
        message: message ?? 'The run was stopped before its last epoch.',
        advice:
          bestEpoch === undefined
            ? `It had no weights to keep. Resume it to go on. ${cached}`
            : `The best weights so far, those of epoch ${bestEpoch}, were kept and evaluated. Resume it to go on.`,
      };
    case 'failed':
      return {
        kind: 'error',
        message: message ?? 'The run failed.',
        advice: `The log tells more. Once the cause is mended, resume it. ${cached}`,
      };
    case 'interrupted':
      return {
        kind: 'warning',
        message: message ?? 'The run’s process ended before the run did: it was killed, or the machine went down.',
        advice: `Resume it to go on where its last checkpoint was. ${cached}`,
      };
    default:
      return undefined;
  }
}

/** As the engine says it of a run that collapsed. */
const NOTHING_LEARNED = /stayed at chance|diverged/;

/** "1,204 of 3,676 images · 212 / s · 12 s left" */
export function progressDetail({ phase, done, total, rate, secondsLeft }: Progress, head: string): string {
  const unit = phase !== 'training' ? 'images' : head === 'probe' ? 'penalties' : 'epochs';
  const parts = [
    `${done.toLocaleString('en')} of ${phase === 'training' ? 'at most ' : ''}${count(total, unit, unit)}`,
  ];
  // An epoch count per second says little; images per second say how fast the machine is.
  if (rate !== undefined && phase !== 'training') parts.push(`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} / s`);
  if (secondsLeft !== undefined) parts.push(`${phase === 'training' ? 'at most ' : ''}${duration(secondsLeft)} left`);
  return parts.join(' · ');
}

/** What a run's steps are called: epochs, or for a probe the L2 penalties that were tried. */
export function stepWords(history: readonly EpochRow[]): StepWords {
  const penalties = new Map(history.flatMap(row => (row.l2 === undefined ? [] : [[row.epoch, row.l2] as const])));
  if (penalties.size === 0) return { title: 'Epoch', tick: String, at: x => `epoch ${x}` };
  const tick = (x: number) => penalties.get(x)?.toPrecision(1) ?? '';
  return { title: 'L2', tick, at: x => `L2 ${tick(x)}` };
}

export interface Fact {
  name: string;
  value: string;
  /** The rest, for the tooltip. */
  more?: string;
}

export function headWords(head: string): string {
  if (head === 'probe') return 'Logistic regression';
  if (head === 'none') return 'Linear layer';
  return /^\d+(-\d+)*$/.test(head) ? `Dense ${head.split('-').join(' → ')}` : head;
}

/** What was trained, how, on what and how long. */
export function facts(file: ExperimentFile, history: readonly EpochRow[]): Fact[] {
  const { config, engine, seconds, bestEpoch, parameters, dataHash } = file;
  const epochs = history[history.length - 1]?.epoch;
  const steps = stepWords(history);
  const list: Fact[] = [
    {
      name: 'Dataset',
      value:
        config.subset === undefined ? config.dataset : `${config.dataset}, ${count(config.subset, 'training image')}`,
      ...(dataHash !== undefined && { more: `Data hash ${dataHash}` }),
    },
    {
      name: 'Head',
      value: headWords(config.head),
      ...(parameters !== undefined && { more: count(parameters, 'parameter') }),
    },
    { name: 'Backbone', value: `${config.backbone}, ${config.boundary}`, more: `Frozen up to ${config.boundary}` },
  ];
  if (bestEpoch !== undefined && epochs !== undefined)
    list.push({
      name: `Best ${steps.title === 'Epoch' ? 'epoch' : steps.title}${isActive(file.status) ? ' so far' : ''}`,
      value: `${steps.tick(bestEpoch)} of ${steps.title === 'Epoch' ? epochs : `${epochs} tried`}`,
      more:
        config.head === 'probe'
          ? 'Chosen by validation loss'
          : `At most ${config.epochs} epochs; ends after ${config.patience} without a better validation loss`,
    });
  list.push({
    name: 'Settings',
    value: settings(file),
    more: `Patience ${config.patience}, smallest gain ${config.minDelta}`,
  });
  const versions = engine && `${engine.runtime}, Headway ${engine.headway}`;
  // A run writes its times when it has ended.
  if (seconds && !isActive(file.status)) {
    const on = engine ? ` on ${engine.device.toUpperCase()}` : '';
    list.push({
      name: 'Time',
      value: `${duration(seconds.features + seconds.train)}${on}`,
      more: [
        `Features ${duration(seconds.features)}, training ${duration(seconds.train)}`,
        ...(versions === undefined ? [] : [versions]),
      ].join('\n'),
    });
  } else if (engine && versions !== undefined)
    list.push({ name: 'Device', value: engine.device.toUpperCase(), more: versions });
  return list;
}

/** Settings that are worth a look at every run, in this order and under these names; the others only where they were changed. */
const USUAL = { learningRate: 'rate', batch: 'batch', dropout: 'dropout' } as const;
/** Said elsewhere in the panel, or of no consequence for the result. */
const ELSEWHERE = new Set([
  'dataset',
  'backbone',
  'boundary',
  'head',
  'epochs',
  'patience',
  'minDelta',
  'seed',
  'subset',
  'device',
  'threads',
  'l2',
]);

function settings({ config }: ExperimentFile): string {
  const parts: string[] = [];
  if (config.head === 'probe') parts.push(`L2 ${config.l2}`);
  else {
    for (const key of ['learningRate', 'batch', 'dropout'] as const)
      if (config[key] !== 0) parts.push(`${USUAL[key]} ${config[key]}`);
    if (typeof config.l2 === 'number' && config.l2 !== 0) parts.push(`L2 ${config.l2}`);
    const defaults: Record<string, unknown> = DEFAULT_CONFIG;
    for (const [key, value] of Object.entries(config) as [string, unknown][]) {
      if (key in USUAL || ELSEWHERE.has(key) || JSON.stringify(value) === JSON.stringify(defaults[key])) continue;
      parts.push(settingWords(key, value));
    }
  }
  return [...parts, `seed ${config.seed}`].join(', ');
}

/** `labelSmoothing`, 0.1 → "label smoothing 0.1"; `batchNorm`, true → "batch norm". */
function settingWords(key: string, value: unknown): string {
  const name = key.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
  if (value === true) return name;
  return value === false ? `no ${name}` : `${name} ${Array.isArray(value) ? value.join(' + ') : String(value)}`;
}
