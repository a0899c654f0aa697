import { batch, computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Split } from '../../shared/dataset.ts';
import { messageOf } from '../../shared/errors.ts';
import { isActive, type ExperimentDetail, type ExperimentStatus, type SplitReport } from '../../shared/experiment.ts';
import type { ResultPanelApi } from '../../shared/panelApi.ts';
import type { Client } from '../../shared/rpc.ts';
import { RowSource } from '../components/grid/rowSource.ts';
import { Thumbnails } from '../components/grid/thumbnails.ts';
import type { PanelMemory } from '../platform/vscode.ts';
import { bestSplit, DEFAULT_UI, gridQuery, type ChipKey, type ResultUi } from './ui.ts';

/** All that the result panel shows: the run as the host last told it, what the user chose to see, and what follows from both. */
export class ResultModel {
  readonly detail = signal<ExperimentDetail | undefined>(undefined);
  readonly loadProblem = signal<string | undefined>(undefined);
  /** Why the last button press did nothing. */
  readonly actionProblem = signal<string | undefined>(undefined);
  readonly deleted = signal(false);
  readonly stopping = signal(false);
  /** A pause or its end was asked for and has not happened yet. */
  readonly changing = signal(false);
  readonly ui: Signal<ResultUi>;
  readonly split: ReadonlySignal<Split | undefined>;
  readonly report: ReadonlySignal<SplitReport | undefined>;
  /** Rows that the grid shows; undefined until the run has been evaluated. */
  readonly source = signal<RowSource | undefined>(undefined);
  readonly thumbnails: Thumbnails;
  readonly #client: Client<ResultPanelApi>;
  readonly #memory: PanelMemory<ResultUi>;
  #statusAsked: ExperimentStatus | undefined;

  constructor(client: Client<ResultPanelApi>, memory: PanelMemory<ResultUi>) {
    this.#client = client;
    this.#memory = memory;
    this.ui = signal({ ...DEFAULT_UI, ...memory.ui });
    this.thumbnails = new Thumbnails((paths, size, abort) => client.thumbnails({ paths, size }, { signal: abort }));
    this.split = computed(() => bestSplit(this.detail.value?.reports ?? [], this.ui.value.split));
    this.report = computed(() => this.detail.value?.reports.find(report => report.split === this.split.value));
    const queryKey = computed(() => {
      const split = this.split.value;
      return split && JSON.stringify(gridQuery(this.ui.value, split));
    });
    // Results change when the run ends; what is pushed while it runs leaves the grid alone.
    const resultsKey = computed(() => {
      const detail = this.detail.value;
      return detail && detail.reports.length > 0 ? `${detail.file.status} ${detail.file.ended ?? ''}` : undefined;
    });
    effect(() => {
      const key = queryKey.value;
      const results = resultsKey.value;
      untracked(() => this.#openSource(key !== undefined && results !== undefined));
    });
  }

  get classes(): readonly string[] {
    return this.detail.value?.file.classes ?? this.report.value?.classes.map(c => c.label) ?? [];
  }

  async load(): Promise<void> {
    this.loadProblem.value = undefined;
    try {
      this.show(await this.#client.load(null));
    } catch (error) {
      this.loadProblem.value = messageOf(error);
    }
  }

  show(detail: ExperimentDetail): void {
    batch(() => {
      this.detail.value = detail;
      this.loadProblem.value = undefined;
      if (!isActive(detail.file.status)) this.stopping.value = false;
      if (detail.file.status !== this.#statusAsked) this.changing.value = false;
    });
  }

  change(change: Partial<ResultUi>): void {
    this.ui.value = { ...this.ui.value, ...change };
    this.#memory.updateUi(change);
  }

  /** Changes what the grid asks for; it then starts at its first tile. */
  changeQuery(change: Partial<ResultUi>): void {
    this.change({ ...change, top: 0, active: 0 });
  }

  addChips(indices: Partial<Record<ChipKey, number>>): void {
    const chips = { ...this.ui.value.chips };
    for (const key of ['label', 'predicted'] as const) {
      const index = indices[key];
      if (index !== undefined) chips[key] = { index, on: true };
    }
    this.changeQuery({ chips, pane: 'images' });
  }

  toggleChip(key: ChipKey): void {
    const chip = this.ui.value.chips[key];
    if (chip) this.changeQuery({ chips: { ...this.ui.value.chips, [key]: { ...chip, on: !chip.on } } });
  }

  removeChip(key: ChipKey): void {
    const { [key]: _removed, ...chips } = this.ui.value.chips;
    this.changeQuery({ chips });
  }

  openImage(path: string): void {
    void this.#act(this.#client.openImage({ path }));
  }
  trainAgain(): void {
    void this.#act(this.#client.trainAgain(null));
  }
  showLog(): void {
    void this.#act(this.#client.showLog(null));
  }
  pause(): void {
    this.#ask(this.#client.pause(null));
  }
  resume(): void {
    this.#ask(this.#client.resume(null));
  }

  /** Until the run's status is another one. */
  #ask(action: Promise<unknown>): void {
    this.#statusAsked = this.detail.value?.file.status;
    this.changing.value = true;
    void this.#act(action).then(done => {
      if (!done) this.changing.value = false;
    });
  }

  stop(): void {
    this.stopping.value = true;
    void this.#act(this.#client.stop(null)).then(done => {
      if (!done) this.stopping.value = false;
    });
  }

  async #act(action: Promise<unknown>): Promise<boolean> {
    this.actionProblem.value = undefined;
    try {
      await action;
      return true;
    } catch (error) {
      this.actionProblem.value = messageOf(error);
      return false;
    }
  }

  #openSource(available: boolean): void {
    const split = this.split.value;
    this.source.value?.dispose();
    if (!available || !split) {
      this.source.value = undefined;
      return;
    }
    this.thumbnails.forgive();
    const query = gridQuery(this.ui.value, split);
    const source = new RowSource((offset, limit, abort) =>
      this.#client.predictions({ ...query, offset, limit }, { signal: abort }),
    );
    this.source.value = source;
    // The first rows are asked for before the grid has been laid out.
    source.need(this.ui.value.top, this.ui.value.top + 1);
  }
}
