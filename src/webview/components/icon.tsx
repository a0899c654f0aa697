/** A codicon for the eye only; what it means is said in words beside it or in the control's label. */
export const Icon = ({ name, spin }: { name: string; spin?: boolean }) => (
  <span class={`codicon codicon-${name}${spin ? ' codicon-modifier-spin' : ''}`} aria-hidden="true" />
);

interface IconButtonProps {
  icon: string;
  label: string;
  onClick: () => void;
  /** A toggle's state; absent for plain buttons. */
  pressed?: boolean;
}

export const IconButton = ({ icon, label, onClick, pressed }: IconButtonProps) => (
  <button type="button" class="icon-button" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
    <Icon name={icon} />
  </button>
);
