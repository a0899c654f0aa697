/** What webviews ask of the extension host. The host fills in the workspace and passes most of it on to the engine. */
import type { ExperimentDetail, PredictionPage, PredictionQuery, Progress } from './experiment.ts';
import type { ClassifyAnswer, ThumbnailPage } from './engineApi.ts';
import type { Method } from './rpc.ts';

/** Kept by the webview with `setState` and handed back to the serializer after a reload. `ui` is the panel's own. */
export interface PanelState<U = unknown> {
  kind: 'result' | 'classify';
  workspace: string;
  /** Result panel: the experiment. */
  id?: string;
  /** Classify panel: absolute paths of the pictures and the answering model that was chosen. */
  paths?: string[];
  experiment?: string;
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
  /** Opens the Train Head steps with this experiment's configuration filled in. */
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
