import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

const ICONS = { info: 'info', warning: 'warning', error: 'error' } as const;

interface NoticeProps {
  kind: keyof typeof ICONS;
  /** What happened, in one sentence. */
  message: string;
  /** What to do about it. */
  advice?: string;
  children?: ComponentChildren;
}

export const Notice = ({ kind, message, advice, children }: NoticeProps) => (
  <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
    <Icon name={ICONS[kind]} />
    <div class="notice-text">
      <p>{message}</p>
      {advice !== undefined && <p class="muted">{advice}</p>}
      {children}
    </div>
  </div>
);

interface EmptyProps {
  icon: string;
  /** What is not there and why. */
  message: string;
  children?: ComponentChildren;
}

/** Where content would be: says why there is none, and holds the one next step. */
export const Empty = ({ icon, message, children }: EmptyProps) => (
  <div class="empty">
    <Icon name={icon} />
    <p>{message}</p>
    {children}
  </div>
);
