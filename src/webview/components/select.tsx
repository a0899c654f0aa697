import '../platform/elements.ts';

export interface SelectOption<V extends string> {
  value: V;
  label: string;
  description?: string;
}

interface SelectProps<V extends string> {
  label: string;
  options: readonly SelectOption<V>[];
  value: V;
  onChange: (value: V) => void;
  disabled?: boolean;
  id?: string;
  invalid?: boolean;
}

export function Select<V extends string>({
  label,
  options,
  value,
  onChange,
  disabled = false,
  id,
  invalid = false,
}: SelectProps<V>) {
  return (
    <vscode-single-select
      id={id}
      invalid={invalid}
      label={label}
      options={options.map(option => ({ ...option, selected: option.value === value }))}
      value={value}
      disabled={disabled}
      onChange={event => {
        const chosen = options.find(option => option.value === event.currentTarget.value);
        if (chosen && chosen.value !== value) onChange(chosen.value);
      }}
    />
  );
}
