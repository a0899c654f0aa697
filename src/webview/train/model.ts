import { batch, computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals';
import { CancelledError, messageOf } from '../../shared/errors.ts';
import type { Progress, RateFinding, RunEstimate, TrainConfig } from '../../shared/experiment.ts';
import { experimentName } from '../../shared/experimentName.ts';
import type { TrainDataset, TrainPanelApi, TrainView } from '../../shared/panelApi.ts';
import type { Client } from '../../shared/rpc.ts';
import { presetConfig, presetOf, PRESET_IDS } from '../../shared/trainPresets.ts';
import type { PanelMemory } from '../platform/vscode.ts';
import { Debounced } from './debounced.ts';
import { baseConfig, changedKeys, problemsOf, withSettings, type Base, type Draft } from './draft.ts';

export interface TrainUi {
  draft: Draft;
  base: Base;
  /** The head is a list of layers that is typed. */
  ownLayers: boolean;
  name: string;
  finding?: { result: RateFinding; settings: string };
  findingAsTable: boolean;
  /** Whose variants are shown: an absolute path, or a number in the host's order. */
  picture: number | string;
  top: number;
}

export interface Variants {
  name: string;
  /** `blob:` addresses; the first is the picture without augmentation. */
  urls: string[];
}

const DELAY_MS = 400;
const MOST_VARIANTS = 11;

/** Settings that change neither what is computed nor how long a step takes: a new estimate would say the same. */
const WITHOUT_COST = new Set<keyof TrainConfig>([
  'learningRate', 'backboneRate', 'headEpochs', 'momentum', 'weightDecay', 'schedule', 'warmup', 'l2', 'labelSmoothing',
  'clipNorm', 'monitor', 'patience', 'minDelta', 'classWeights', 'sampling', 'device',
]); // prettier-ignore

/** What the form shows: the settings as they are typed, and what the engine says of them. */
export class TrainModel {
  readonly view = signal<TrainView | undefined>(undefined);
  readonly loadProblem = signal<string | undefined>(undefined);
  readonly ui: Signal<TrainUi>;
  readonly problems: ReadonlySignal<ReadonlyMap<keyof TrainConfig, string>>;
  readonly changed: ReadonlySignal<readonly (keyof TrainConfig)[]>;
  readonly estimate = signal<RunEstimate | undefined>(undefined);
  /** An estimate is on its way: the one that is shown is of earlier settings. */
  readonly estimating = signal(false);
  readonly estimateProblem = signal<string | undefined>(undefined);
  readonly finding = signal<{ progress: Progress | undefined } | undefined>(undefined);
  readonly findProblem = signal<string | undefined>(undefined);
  readonly variants = signal<Variants | undefined>(undefined);
  readonly variantsProblem = signal<string | undefined>(undefined);
  readonly starting = signal(false);
  readonly trainProblem = signal<string | undefined>(undefined);
  /** The configuration that the form was opened with, and where it comes from. */
  readonly start: TrainConfig;
  readonly from: string | undefined;
  readonly #client: Client<TrainPanelApi>;
  readonly #memory: PanelMemory<TrainUi>;
  #find: AbortController | undefined;

  constructor(client: Client<TrainPanelApi>, memory: PanelMemory<TrainUi>) {
    const { config, from } = memory.state;
    if (!config) throw new Error('The form has no configuration to start from.');
    this.#client = client;
    this.#memory = memory;
    this.start = config;
    this.from = from;
    this.ui = signal({
      draft: { config, texts: {} },
      base: from === undefined ? (presetOf(config) ?? PRESET_IDS[0]!) : 'start',
      ownLayers: false,
      name: '',
      findingAsTable: false,
      picture: 0,
      top: 0,
      ...memory.ui,
    });
    this.problems = computed(() => problemsOf(this.ui.value.draft));
    this.changed = computed(() => changedKeys(this.config, this.baseConfig));
    this.#followEstimate();
    this.#followVariants();
  }

  get config(): TrainConfig {
    return this.ui.value.draft.config;
  }

  get baseConfig(): TrainConfig {
    return baseConfig(this.ui.value.base, this.start);
  }

  /** The data set that is trained on; undefined when it is gone. */
  get dataset(): TrainDataset | undefined {
    return this.view.value?.datasets.find(d => d.name === this.config.dataset);
  }

  get automaticName(): string {
    return experimentName(this.config);
  }

  async load(): Promise<void> {
    this.loadProblem.value = undefined;
    try {
      this.view.value = await this.#client.load(null);
    } catch (error) {
      this.loadProblem.value = messageOf(error);
    }
  }

  showDatasets(datasets: TrainDataset[]): void {
    if (this.view.value) this.view.value = { ...this.view.value, datasets };
  }

  change(change: Partial<TrainUi>): void {
    this.ui.value = { ...this.ui.value, ...change };
    this.#memory.updateUi(change);
  }

  edit(edit: (draft: Draft) => Draft): void {
    this.change({ draft: edit(this.ui.value.draft) });
  }

  set(change: Partial<TrainConfig>): void {
    this.edit(draft => withSettings(draft, change));
  }

  /** Takes over all settings of a preset, or those that the form was opened with, on the same data set. */
  choose(base: Base): void {
    const config =
      base === 'start'
        ? { ...this.start, dataset: this.config.dataset }
        : presetConfig(base, { ...this.start, dataset: this.config.dataset });
    this.change({ base, draft: { config, texts: {} }, ownLayers: false });
  }

  /** Starts the run, where nothing is wrong. */
  async train(): Promise<void> {
    if (this.starting.value || this.problems.value.size > 0 || !this.dataset) return;
    batch(() => {
      this.starting.value = true;
      this.trainProblem.value = undefined;
    });
    const name = this.ui.value.name.trim();
    try {
      await this.#client.train({ config: this.config, ...(name !== '' && { name }) });
    } catch (error) {
      this.trainProblem.value = messageOf(error);
    } finally {
      this.starting.value = false;
    }
  }

  async findRate(): Promise<void> {
    if (this.finding.value || this.problems.value.size > 0) return;
    const controller = new AbortController();
    this.#find = controller;
    batch(() => {
      this.finding.value = { progress: undefined };
      this.findProblem.value = undefined;
    });
    const { config } = this;
    try {
      const result = await this.#client.findLearningRate(
        { config },
        { signal: controller.signal, onProgress: progress => (this.finding.value = { progress }) },
      );
      this.change({ finding: { result, settings: `${experimentName(config)}, batch ${config.batch}` } });
    } catch (error) {
      if (!controller.signal.aborted && !(error instanceof CancelledError)) this.findProblem.value = messageOf(error);
    } finally {
      this.finding.value = undefined;
    }
  }

  cancelFind(): void {
    this.#find?.abort();
  }

  dropFinding(): void {
    const { finding: _, ...ui } = this.ui.value;
    this.ui.value = ui;
    this.#memory.update({ ui });
  }

  /** Shows the next or the previous picture of the data set. */
  nextPicture(step: 1 | -1): void {
    const { picture } = this.ui.value;
    this.change({ picture: typeof picture === 'number' ? picture + step : 0 });
  }

  async choosePicture(): Promise<void> {
    try {
      const picture = await this.#client.choosePicture({ dataset: this.config.dataset });
      if (picture !== null) this.change({ picture });
    } catch (error) {
      this.variantsProblem.value = messageOf(error);
    }
  }

  #followEstimate(): void {
    const question = computed(() => {
      if (!this.dataset || this.problems.value.size > 0) return undefined;
      return JSON.stringify(Object.entries(this.config).filter(([key]) => !WITHOUT_COST.has(key as keyof TrainConfig)));
    });
    const ask = new Debounced(DELAY_MS);
    effect(() => {
      const asked = question.value;
      untracked(() => {
        this.estimating.value = asked !== undefined;
        if (asked === undefined) ask.drop();
        else
          ask.run(async (signal, isCurrent) => {
            try {
              const estimate = await this.#client.estimate({ config: this.config }, { signal });
              if (isCurrent()) this.#estimated(estimate, undefined);
            } catch (error) {
              if (isCurrent()) this.#estimated(undefined, messageOf(error));
            }
          });
      });
    });
  }

  #estimated(estimate: RunEstimate | undefined, problem: string | undefined): void {
    batch(() => {
      this.estimate.value = estimate;
      this.estimateProblem.value = problem;
      this.estimating.value = false;
    });
  }

  #followVariants(): void {
    const question = computed(() => {
      const { augment, variants, seed } = this.config;
      const dataset = this.dataset?.name;
      if (dataset === undefined || augment.length === 0 || this.problems.value.has('variants')) return undefined;
      const count = Math.min(MOST_VARIANTS, variants);
      return JSON.stringify({ dataset, picture: this.ui.value.picture, augment, seed, count });
    });
    const ask = new Debounced(DELAY_MS);
    effect(() => {
      const asked = question.value;
      untracked(() => {
        if (asked === undefined) {
          ask.drop();
          this.#showVariants(undefined);
        } else
          ask.run(async (signal, isCurrent) => {
            try {
              const { name, images } = await this.#client.variants(
                JSON.parse(asked) as Parameters<TrainPanelApi['variants']>[0],
                { signal },
              );
              const blobs = images.map(image => new Blob([image as Uint8Array<ArrayBuffer>], { type: 'image/webp' }));
              if (isCurrent()) this.#showVariants({ name, urls: blobs.map(blob => URL.createObjectURL(blob)) });
            } catch (error) {
              if (isCurrent()) this.variantsProblem.value = messageOf(error);
            }
          });
      });
    });
  }

  #showVariants(variants: Variants | undefined): void {
    const old = this.variants.value;
    batch(() => {
      this.variants.value = variants;
      this.variantsProblem.value = undefined;
    });
    // After the new pictures are in the page.
    requestAnimationFrame(() => old?.urls.forEach(url => URL.revokeObjectURL(url)));
  }
}
