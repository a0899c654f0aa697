import { signal, type ReadonlySignal } from '@preact/signals';

const version = signal(0);

/** Grows when the theme or its fonts change: whatever measures or paints with resolved values reads it and starts again. */
export const themeVersion: ReadonlySignal<number> = version;

// VS Code writes its variables into the style of <html> and the kind of theme into the classes of <body>.
const observer = new MutationObserver(() => version.value++);
observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
