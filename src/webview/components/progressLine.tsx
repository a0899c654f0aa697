import '../platform/elements.ts';

interface ProgressLineProps {
  /** "Computing features" */
  label: string;
  /** "1,204 of 3,676 · 212 / s · 12 s left" */
  detail: string;
  /** 0 to 1; absent while it is unknown. */
  share?: number | undefined;
}

export const ProgressLine = ({ label, detail, share }: ProgressLineProps) => (
  <div class="progress">
    <div class="progress-words">
      <span>{label}</span>
      <span class="muted">{detail}</span>
    </div>
    {share === undefined ? (
      <vscode-progress-bar aria-label={label} indeterminate />
    ) : (
      <vscode-progress-bar aria-label={label} value={Math.round(share * 1000)} max={1000} />
    )}
  </div>
);
