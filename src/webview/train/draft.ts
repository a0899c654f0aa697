/** A configuration while it is being typed: numbers may be half written. Pure. */
import type { TrainConfig } from '../../shared/experiment.ts';
import { presetConfig, type PresetId } from '../../shared/trainPresets.ts';
import { configProblems, LIMITS, type Limits, type NumberKey } from '../../shared/trainRules.ts';

export interface Draft {
  config: TrainConfig;
  /** What stands in number fields where it is not (or not exactly) the configuration's number. */
  texts: Partial<Record<NumberKey, string>>;
}

/** What an empty field means, where it means something. */
const EMPTY: Partial<Record<NumberKey, 'auto' | undefined>> = { l2: 'auto', subset: undefined, threads: undefined };

export function textOf({ config, texts }: Draft, key: NumberKey): string {
  const text = texts[key];
  if (text !== undefined) return text;
  const value = config[key];
  return value === undefined || value === 'auto' ? '' : String(value);
}

/** The draft after `text` was typed into a number field; text that is no number leaves the configuration's number as it was. */
export function withText(draft: Draft, key: NumberKey, text: string): Draft {
  const texts = { ...draft.texts, [key]: text };
  const trimmed = text.trim();
  if (trimmed === '' && key in EMPTY) return { config: withValue(draft.config, key, EMPTY[key]), texts };
  const value = Number(trimmed);
  return trimmed === '' || !Number.isFinite(value)
    ? { ...draft, texts }
    : { config: withValue(draft.config, key, value), texts };
}

/** Shows the number itself again, once the field is left. */
export function settled(draft: Draft, key: NumberKey): Draft {
  if (wrongText(draft, key)) return draft;
  const { [key]: _, ...texts } = draft.texts;
  return { ...draft, texts };
}

export function withValue<K extends keyof TrainConfig>(
  config: TrainConfig,
  key: K,
  value: TrainConfig[K] | undefined,
): TrainConfig {
  if (value !== undefined) return { ...config, [key]: value };
  const { [key]: _, ...rest } = config;
  // Only optional settings are taken away.
  return rest as TrainConfig;
}

/** Sets settings that are not typed as text. */
export const withSettings = (draft: Draft, change: Partial<TrainConfig>): Draft => ({
  ...draft,
  config: { ...draft.config, ...change },
});

function wrongText({ texts }: Draft, key: NumberKey): boolean {
  const text = texts[key]?.trim();
  if (text === undefined || (text === '' && key in EMPTY)) return false;
  return text === '' || !Number.isFinite(Number(text));
}

/** What is wrong, by setting: one sentence each. */
export function problemsOf(draft: Draft): Map<keyof TrainConfig, string> {
  const problems = new Map<keyof TrainConfig, string>();
  for (const { key, message } of configProblems(draft.config)) if (!problems.has(key)) problems.set(key, message);
  for (const key of Object.keys(draft.texts) as NumberKey[])
    if (wrongText(draft, key)) {
      const { name, low, high, whole }: Limits = LIMITS[key];
      problems.set(key, `${name}: give a ${whole ? 'whole number' : 'number'} from ${low} to ${high}.`);
    }
  return problems;
}

/** A preset, or the configuration that the form was opened with. */
export type Base = PresetId | 'start';

export const baseConfig = (base: Base, start: TrainConfig): TrainConfig =>
  base === 'start' ? start : presetConfig(base, start);

/** Settings that differ from the base. The data set is a choice of its own. */
export function changedKeys(config: TrainConfig, base: TrainConfig): (keyof TrainConfig)[] {
  const keys = new Set([...Object.keys(config), ...Object.keys(base)] as (keyof TrainConfig)[]);
  keys.delete('dataset');
  return [...keys].filter(key => JSON.stringify(config[key]) !== JSON.stringify(base[key]));
}

/** The setting as it is in the base. */
export function restored(draft: Draft, key: keyof TrainConfig, base: TrainConfig): Draft {
  const { [key as NumberKey]: _, ...texts } = draft.texts;
  return { config: withValue(draft.config, key, base[key]), texts };
}

export type BoundaryKind = 'pool' | 'last-conv' | 'conv' | 'percent';

/** `conv:3` → conv, "3". */
export function splitBoundary(boundary: string): { kind: BoundaryKind; amount: string } {
  const [kind = '', amount = ''] = boundary.split(':');
  return kind === 'conv' || kind === 'percent' || kind === 'last-conv'
    ? { kind, amount }
    : { kind: 'pool', amount: '' };
}

export const joinBoundary = (kind: BoundaryKind, amount: string): string =>
  kind === 'pool' || kind === 'last-conv' ? kind : `${kind}:${amount.trim()}`;

/** What a kind starts with when it is chosen. */
export const FIRST_AMOUNT: Record<BoundaryKind, string> = { pool: '', 'last-conv': '', conv: '3', percent: '10' };
