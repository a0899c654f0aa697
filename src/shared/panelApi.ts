/** What webviews ask of the extension host. The host fills in the workspace and passes most of it on to the engine. */
import type {
  ExperimentDetail,
  PredictionPage,
  PredictionQuery,
  Progress,
  RateFinding,
  RunEstimate,
  TrainConfig,
} from './experiment.ts';
import type { ClassifyAnswer, ThumbnailPage } from './engineApi.ts';
import type { Method } from './rpc.ts';
import type { PresetId } from './trainPresets.ts';

/** Kept by the webview with `setState` and handed back to the serializer after a reload. `ui` is the panel's own. */
export interface PanelState<U = unknown> {
  kind: 'result' | 'classify' | 'train';
  workspace: string;
  /** Result panel: the experiment. Train panel: which opening, so that what was typed earlier does not come back. */
  id?: string;
  /** Classify panel: absolute paths of the pictures and the answering model that was chosen. */
  paths?: string[];
  experiment?: string;
  /** Train panel: the configuration to start from, and the name of the experiment that it comes from. */
  config?: TrainConfig;
  from?: string;
  ui?: U;
}

/** Written into the page as JSON (`<script type="application/json" id="headway-state">`): the state to start from. */
export const STATE_ELEMENT_ID = 'headway-state';

export interface ResultPanelApi {
  load: Method<null, ExperimentDetail>;
  predictions: Method<Omit<PredictionQuery, 'workspace' | 'id'>, PredictionPage>;
  /** Paths as in the predictions (relative to the data set). */
  thumbnails: Method<{ paths: string[]; size: number }, ThumbnailPage>;
  /** Opens the picture at full size in an editor beside the panel. */
  openImage: Method<{ path: string }, null>;
  /** Asks the run to stop; the best weights so far are kept and evaluated. */
  stop: Method<null, null>;
  /** Asks the run to wait after this epoch. */
  pause: Method<null, null>;
  /** Ends a pause; starts an interrupted, stopped or failed run again where its last checkpoint was. */
  resume: Method<null, null>;
  /** Opens the training form with this experiment's configuration filled in. */
  trainAgain: Method<null, null>;
  showLog: Method<null, null>;
}

export interface ResultPanelEvents {
  /** The run moved on, ended, or its files changed. */
  changed: ExperimentDetail;
  /** The experiment's folder is gone. */
  deleted: null;
}

export interface ClassifyChoice {
  /** An experiment's id, or `imagenet`. */
  experiment: string;
  label: string;
  description: string;
}

export interface ClassifyView {
  answer: ClassifyAnswer;
  /** Uri usable in an <img>, same order as `answer.images`. */
  uris: string[];
  /** Names to show, same order: relative to the workspace where inside it. */
  names: string[];
  choices: ClassifyChoice[];
  /** The choice that answered. */
  chosen: string;
}

export interface ClassifyPanelApi {
  load: Method<null, ClassifyView, Progress>;
  choose: Method<{ experiment: string }, ClassifyView, Progress>;
  openImage: Method<{ path: string }, null>;
  /** Opens the result panel of the answering experiment. */
  openExperiment: Method<{ id: string }, null>;
}

export interface ClassifyPanelEvents {
  /** Other pictures were sent to the panel, or the experiments changed: load again. */
  stale: null;
}

export interface TrainPreset {
  id: PresetId;
  label: string;
  /** One line, with the sizes of the layers. */
  detail: string;
}

export interface TrainDataset {
  name: string;
  classes: number;
  splits: { train: number; validation: number; test: number };
}

export interface TrainView {
  datasets: TrainDataset[];
  presets: TrainPreset[];
}

/** A picture of the data set and what augmentation makes of it. */
export interface VariantsView {
  /** Relative to the data set where inside it. */
  name: string;
  /** WebP; the first is the picture as the backbone sees it. */
  images: Uint8Array[];
}

export interface TrainPanelApi {
  load: Method<null, TrainView>;
  /** Throws `invalid` with one sentence for a configuration that cannot be run. */
  estimate: Method<{ config: TrainConfig }, RunEstimate>;
  findLearningRate: Method<{ config: TrainConfig }, RateFinding, Progress>;
  /**
   * `picture`: an absolute path, or the number of a training image in an order that jumps between the classes (it wraps around).
   * The variants are those that training sees.
   */
  variants: Method<
    { dataset: string; picture: number | string; augment: string[]; seed: number; count: number },
    VariantsView
  >;
  /** Asks for a picture; its absolute path, or null. */
  choosePicture: Method<{ dataset: string }, string | null>;
  /** Starts the run and opens its results. */
  train: Method<{ config: TrainConfig; name?: string }, null>;
}

export interface TrainPanelEvents {
  /** Data sets came, went or changed. */
  datasets: TrainDataset[];
}
