import { batch, signal } from '@preact/signals';
import { messageOf } from '../../shared/errors.ts';
import type { Progress } from '../../shared/experiment.ts';
import type { ClassifyPanelApi, ClassifyView } from '../../shared/panelApi.ts';
import type { CallOptions, Client } from '../../shared/rpc.ts';
import type { PanelMemory } from '../platform/vscode.ts';

/** What the classify panel shows: the last answer, and whether another one is on its way. */
export class ClassifyModel {
  readonly view = signal<ClassifyView | undefined>(undefined);
  readonly busy = signal(false);
  readonly progress = signal<Progress | undefined>(undefined);
  /** Why there is no answer. */
  readonly problem = signal<string | undefined>(undefined);
  /** Why the last button press did nothing. */
  readonly actionProblem = signal<string | undefined>(undefined);
  readonly #client: Client<ClassifyPanelApi>;
  readonly #memory: PanelMemory<Record<string, never>>;
  #current: AbortController | undefined;

  constructor(client: Client<ClassifyPanelApi>, memory: PanelMemory<Record<string, never>>) {
    this.#client = client;
    this.#memory = memory;
  }

  load(): Promise<void> {
    return this.#ask(options => this.#client.load(null, options));
  }

  choose(experiment: string): Promise<void> {
    return this.#ask(options => this.#client.choose({ experiment }, options));
  }

  openImage(path: string): void {
    void this.#act(this.#client.openImage({ path }));
  }

  openExperiment(id: string): void {
    void this.#act(this.#client.openExperiment({ id }));
  }

  /** A newer question takes the place of one still open. */
  async #ask(question: (options: CallOptions<Progress>) => Promise<ClassifyView>): Promise<void> {
    this.#current?.abort();
    const controller = new AbortController();
    this.#current = controller;
    const isCurrent = () => this.#current === controller;
    batch(() => {
      this.busy.value = true;
      this.progress.value = undefined;
      this.problem.value = undefined;
    });
    try {
      const view = await question({
        signal: controller.signal,
        onProgress: progress => {
          if (isCurrent()) this.progress.value = progress;
        },
      });
      if (!isCurrent()) return;
      this.view.value = view;
      this.#memory.update({ paths: view.answer.images.map(image => image.path), experiment: view.chosen });
    } catch (error) {
      if (isCurrent()) this.problem.value = messageOf(error);
    } finally {
      if (isCurrent()) this.busy.value = false;
    }
  }

  async #act(action: Promise<unknown>): Promise<void> {
    this.actionProblem.value = undefined;
    try {
      await action;
    } catch (error) {
      this.actionProblem.value = messageOf(error);
    }
  }
}
