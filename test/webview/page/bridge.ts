/** Stands for VS Code around a webview: `acquireVsCodeApi`, messages both ways as structured clones, and the theme's variables. */
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/browser';
import { ObjectReader, ObjectWriter } from '../../../src/shared/transport.ts';
import type { Theme } from '../themes.ts';

export interface Bridge {
  connection: MessageConnection;
  /** What the panel last gave to `setState`. */
  savedState: () => unknown;
}

/** `saved`: what VS Code kept from an earlier page of the panel. */
export function createBridge(saved: unknown): Bridge {
  const listeners = new Set<(message: unknown) => void>();
  const connection = createMessageConnection(
    new ObjectReader({
      post: () => undefined,
      onMessage(listener) {
        listeners.add(listener);
        return { dispose: () => listeners.delete(listener) };
      },
    }),
    new ObjectWriter({
      // A clone, as between processes: what cannot be cloned throws here as it would there.
      post: message => window.postMessage(message, '*'),
      onMessage: () => ({ dispose: () => undefined }),
    }),
  );
  let acquired = false;
  Object.assign(window, {
    acquireVsCodeApi: () => {
      if (acquired) throw new Error('An instance of the VS Code API has already been acquired');
      acquired = true;
      return {
        postMessage(message: unknown) {
          const copy = structuredClone(message);
          setTimeout(() => listeners.forEach(listener => listener(copy)));
        },
        getState: () => saved,
        setState: (state: unknown) => (saved = structuredClone(state)),
      };
    },
  });
  return { connection, savedState: () => saved };
}

export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  root.removeAttribute('style');
  for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(name, value);
  document.body.className = theme.classes.join(' ');
}
