import { STATE_ELEMENT_ID, type PanelState } from '../../shared/panelApi.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

// May be called once per page only.
const api = acquireVsCodeApi();

export const postToHost = (message: unknown): void => api.postMessage(message);

/**
 * The panel's state: read from the page, changed in place and handed to VS Code, which gives it to the serializer after a reload.
 * The host writes what was last saved into the next page, so there is no second source to merge.
 */
export class PanelMemory<U extends object> {
  #state: PanelState<Partial<U>>;
  #scheduled = false;

  constructor() {
    const text = document.getElementById(STATE_ELEMENT_ID)?.textContent;
    if (!text) throw new Error(`The page has no state (element #${STATE_ELEMENT_ID}).`);
    this.#state = JSON.parse(text) as PanelState<Partial<U>>;
    api.setState(this.#state);
  }

  get state(): PanelState<Partial<U>> {
    return this.#state;
  }

  get ui(): Partial<U> {
    return this.#state.ui ?? {};
  }

  /** Scrolling and sliders change state many times a second; one write for them all is enough. */
  update(change: Partial<PanelState<Partial<U>>>): void {
    this.#state = { ...this.#state, ...change };
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
