/** The widgets of @vscode-elements in use: registered here once, and known to JSX. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { VscodeButton } from '@vscode-elements/elements/dist/vscode-button/vscode-button.js';
import type { VscodeCheckbox } from '@vscode-elements/elements/dist/vscode-checkbox/vscode-checkbox.js';
import type { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/vscode-progress-bar.js';
import type { VscodeSingleSelect } from '@vscode-elements/elements/dist/vscode-single-select/vscode-single-select.js';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/vscode-textfield.js';
import type { HTMLAttributes } from 'preact';

type Props<E extends HTMLElement, K extends keyof E> = HTMLAttributes<E> & Partial<Pick<E, K>>;

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Preact's element types are extended
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': Props<VscodeButton, 'secondary' | 'disabled' | 'icon' | 'iconSpin'>;
      'vscode-checkbox': Props<VscodeCheckbox, 'checked' | 'label' | 'disabled'>;
      'vscode-progress-bar': Props<VscodeProgressBar, 'value' | 'max' | 'indeterminate'>;
      'vscode-single-select': Props<VscodeSingleSelect, 'value' | 'label' | 'options' | 'disabled' | 'invalid'>;
      'vscode-textfield': Props<VscodeTextfield, 'value' | 'label' | 'placeholder' | 'invalid' | 'disabled'>;
    }
  }
}
