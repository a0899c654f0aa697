import '../platform/elements.ts';

interface CheckboxProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  id?: string;
}

export const Checkbox = ({ label, checked, onChange, id }: CheckboxProps) => (
  <vscode-checkbox id={id} label={label} checked={checked} onChange={event => onChange(event.currentTarget.checked)} />
);
