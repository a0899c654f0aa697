import { STATE_ELEMENT_ID, type PanelState } from '../../shared/panelApi.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

// May be called once per page only.
const api = acquireVsCodeApi();

export const postToHost = (message: unknown): void => api.postMessage(message);

/**
 * The panel's state, handed to VS Code at every change. After a window reload the host writes it into the page; when a hidden panel is
 * shown again VS Code loads the old page anew, and only VS Code knows what was saved last. What the panel shows is the host's to say,
 * how it shows it is the page's.
 */
export class PanelMemory<U extends object> {
  #state: PanelState<Partial<U>>;
  #scheduled = false;

  constructor() {
    const text = document.getElementById(STATE_ELEMENT_ID)?.textContent;
    if (!text) throw new Error(`The page has no state (element #${STATE_ELEMENT_ID}).`);
    const given = JSON.parse(text) as PanelState<Partial<U>>;
    const saved = api.getState() as PanelState<Partial<U>> | null | undefined;
    const same = saved?.kind === given.kind && saved.id === given.id;
    this.#state = same && saved.ui ? { ...given, ui: saved.ui } : given;
    api.setState(this.#state);
  }

  get state(): Readonly<PanelState<Partial<U>>> {
    return this.#state;
  }

  get ui(): Partial<U> {
    return this.#state.ui ?? {};
  }

  update(change: Partial<PanelState<Partial<U>>>): void {
    this.#state = { ...this.#state, ...change };
    // Scrolling and sliders change state many times a second; one write for them all is enough.
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      api.setState(this.#state);
    }, 100);
  }

  updateUi(ui: Partial<U>): void {
    this.update({ ui: { ...this.ui, ...ui } });
  }
}
