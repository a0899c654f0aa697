import '../platform/elements.ts';

interface TextFieldProps {
  label: string;
  value: string;
  /** At every key. */
  onInput: (value: string) => void;
  /** When the field is left or Enter is pressed. */
  onChange?: () => void;
  id?: string;
  placeholder?: string;
  invalid?: boolean;
  class?: string;
}

export const TextField = ({
  label,
  value,
  onInput,
  onChange,
  id,
  placeholder = '',
  invalid = false,
  ...rest
}: TextFieldProps) => (
  <vscode-textfield
    id={id}
    class={rest.class}
    label={label}
    value={value}
    placeholder={placeholder}
    invalid={invalid}
    onInput={event => onInput(event.currentTarget.value)}
    onChange={() => onChange?.()}
  />
);
