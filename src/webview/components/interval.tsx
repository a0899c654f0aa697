import type { Proportion } from '../../shared/experiment.ts';
import { percent, proportion } from '../../shared/format.ts';

/** A proportion as number and whisker (value and 95 % interval on a line from 0 to 100 %); the interval in words for the ear. */
export function Interval({ value }: { value: Proportion | null }) {
  if (!value) return <span class="muted">–</span>;
  const width = value.high - value.low;
  return (
    <span
      class="interval"
      title={proportion(value)}
      style={{
        '--value': value.value,
        '--width': width,
        // Share of the free room on the left of the whisker, as CSS positions backgrounds.
        '--at': width >= 1 ? 0 : value.low / (1 - width),
      }}
    >
      {percent(value.value)}
      <span class="sr"> ({proportion(value).split('(')[1]}</span>
    </span>
  );
}
