import type { Progress } from '../../shared/experiment.ts';
import { duration } from '../../shared/format.ts';
import { t } from './text.ts';

function phase(p: Progress): string {
  switch (p.phase) {
    case 'scan':
      return t('Reading images');
    case 'features':
      return t('Computing features');
    case 'training':
      return t('Training');
    case 'evaluating':
      return t('Evaluating');
    case 'sample':
      return t('Making pictures');
    case 'download':
      return t('Downloading (MB)');
  }
}

const n = (value: number): string => Math.round(value).toLocaleString('en');

/** "Computing features: 120 of 900 · 96/s · 8.1 s left". */
export function progressText(p: Progress): string {
  const parts = [
    p.total > 0 ? t('{0}: {1} of {2}', phase(p), n(p.done), n(p.total)) : t('{0}: {1}', phase(p), n(p.done)),
  ];
  if (p.rate !== undefined && p.rate > 0) parts.push(t('{0}/s', n(p.rate)));
  if (p.secondsLeft !== undefined) parts.push(t('{0} left', duration(p.secondsLeft)));
  return parts.join(' · ');
}

/** Percentage points to add to a progress bar that stands at `shown` (0 to 100). A new phase may start over: the bar never runs back. */
export function increment(p: Progress, shown: number): number {
  return p.total > 0 ? Math.max(0, (100 * p.done) / p.total - shown) : 0;
}
