import { useId } from 'preact/hooks';

export interface Segment<V extends string> {
  value: V;
  label: string;
  /** Number behind the label. */
  count?: number;
}

interface SegmentsProps<V extends string> {
  label: string;
  segments: readonly Segment<V>[];
  value: V;
  onChange: (value: V) => void;
}

/** One of a few: radio buttons that look like VS Code's toggles, so that the keyboard works as people know it. */
export function Segments<V extends string>({ label, segments, value, onChange }: SegmentsProps<V>) {
  const name = useId();
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {segments.map(segment => (
        <label key={segment.value} class={segment.value === value ? 'on' : ''}>
          <input
            type="radio"
            name={name}
            value={segment.value}
            checked={segment.value === value}
            onChange={() => onChange(segment.value)}
          />
          <span>{segment.label}</span>
          {segment.count !== undefined && <span class="segment-count"> {segment.count.toLocaleString('en')}</span>}
        </label>
      ))}
    </div>
  );
}
