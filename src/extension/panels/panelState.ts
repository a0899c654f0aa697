import type { PanelState } from '../../shared/panelApi.ts';

/** Guards what a page of an earlier version may have saved. */
export function isPanelState(value: unknown): value is PanelState {
  if (typeof value !== 'object' || value === null) return false;
  const state = value as Partial<Record<keyof PanelState, unknown>>;
  if (typeof state.workspace !== 'string') return false;
  if (state.kind === 'result') return typeof state.id === 'string';
  if (state.kind === 'train') return isConfig(state.config);
  return state.kind === 'classify' && Array.isArray(state.paths) && state.paths.every(p => typeof p === 'string');
}

const isConfig = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'dataset' in value && typeof value.dataset === 'string';
