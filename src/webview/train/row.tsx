import type { ComponentChildren } from 'preact';
import type { TrainConfig } from '../../shared/experiment.ts';
import { IconButton } from '../components/icon.tsx';

export const fieldId = (key: keyof TrainConfig | 'name' | 'preset'): string => `field-${key}`;

interface RowProps {
  /** The control's id, which the label points to. */
  id: string;
  label: string;
  help?: string;
  problem?: string | undefined;
  /** Differs from the base; the button takes it back. */
  onRestore?: (() => void) | undefined;
  /** The control. */
  children: ComponentChildren;
  /** Below the help: what the control shows. */
  below?: ComponentChildren;
}

/** A setting: its name, its control, what it means, and what is wrong with it. */
export const Row = ({ id, label, help, problem, onRestore, children, below }: RowProps) => (
  <div class={`row${onRestore ? ' changed' : ''}${problem === undefined ? '' : ' wrong'}`}>
    <label class="row-label" for={id}>
      {label}
    </label>
    <div class="row-body">
      <div class="row-control">
        {children}
        {onRestore && <IconButton icon="discard" label={`Restore ${label}`} onClick={onRestore} />}
      </div>
      {problem !== undefined && (
        <p class="row-problem" role="alert">
          {problem}
        </p>
      )}
      {help !== undefined && <p class="row-help">{help}</p>}
      {below}
    </div>
  </div>
);
