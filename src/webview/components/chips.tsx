import { Icon } from './icon.tsx';

export interface ChipView {
  key: string;
  /** "true: Pumpkin" */
  text: string;
  on: boolean;
}

interface ChipsProps {
  chips: readonly ChipView[];
  onToggle: (key: string) => void;
  onRemove: (key: string) => void;
}

/** The filters in force; each can be switched off and on again, or taken away. */
export function Chips({ chips, onToggle, onRemove }: ChipsProps) {
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {chips.map(chip => (
        <li key={chip.key} class={chip.on ? 'chip' : 'chip off'}>
          <button
            type="button"
            aria-pressed={chip.on}
            title={chip.on ? 'Switch this filter off' : 'Switch this filter on'}
            onClick={() => onToggle(chip.key)}
          >
            <Icon name={chip.on ? 'filter-filled' : 'filter'} />
            {chip.text}
          </button>
          <button
            type="button"
            aria-label={`Remove filter ${chip.text}`}
            title="Remove this filter"
            onClick={() => onRemove(chip.key)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
