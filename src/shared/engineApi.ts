/** What the extension host asks of the engine's service process. */
import type { AddDataset, DatasetSummary } from './dataset.ts';
import type {
  ExperimentDetail,
  ExperimentSummary,
  PredictionPage,
  PredictionQuery,
  Progress,
  RateFinding,
  RunEstimate,
  TrainConfig,
} from './experiment.ts';
import type { Method } from './rpc.ts';

export interface Hello {
  version: string;
  pid: number;
  node: string;
}

export interface InWorkspace {
  /** Absolute folder that holds `.headway`. */
  workspace: string;
}

/** Thumbnails of many images in one message. */
export interface ThumbnailPage {
  /** All encoded images (WebP) one after the other. */
  bytes: Uint8Array;
  /** `offsets[i]` to `offsets[i + 1]` is image i; equal offsets mean that it could not be read. Length = images + 1. */
  offsets: Uint32Array;
}

export interface Classification {
  /** Absolute path of the picture. */
  path: string;
  /** Most probable first, at most five. */
  top: { label: string; p: number }[];
  /** Set instead of `top` when the picture could not be read. */
  problem?: string;
}

/** Who answered: an experiment's head or the backbone's own ImageNet classes. */
export interface ClassifyAnswer {
  by:
    | { kind: 'experiment'; id: string; name: string; dataset: string; classes: number }
    | { kind: 'imagenet'; backbone: string };
  images: Classification[];
}

export interface DoctorReport {
  headway: string;
  node: string;
  platform: string;
  cpus: number;
  memoryGiB: number;
  cache: { path: string; bytes: number };
  devices: {
    name: string;
    runtime: 'native' | 'portable';
    version: string;
    imagesPerSecond: number;
    chosen: boolean;
  }[];
  /** One sentence each: what is wrong and what to do. */
  problems: string[];
}

export interface EngineApi {
  hello: Method<{ version: string }, Hello>;
  ping: Method<null, null>;

  listDatasets: Method<InWorkspace, DatasetSummary[]>;
  getDataset: Method<InWorkspace & { name: string }, DatasetSummary>;
  addDataset: Method<InWorkspace & AddDataset, DatasetSummary, Progress>;
  /** Forgets the data set (its folder in `.headway/datasets`); images stay. */
  removeDataset: Method<InWorkspace & { name: string }, null>;
  /** Makes the sample "garden" in `directory` and adds it to the workspace. */
  createSample: Method<InWorkspace & { directory: string }, DatasetSummary, Progress>;

  listExperiments: Method<InWorkspace, ExperimentSummary[]>;
  getExperiment: Method<InWorkspace & { id: string }, ExperimentDetail>;
  /** Writes the experiment's folder and starts its process; returns at once. */
  startExperiment: Method<InWorkspace & { config: TrainConfig; name?: string }, { id: string }>;
  /** Asks the run to stop; it keeps the best weights so far and is evaluated. */
  stopExperiment: Method<InWorkspace & { id: string }, null>;
  /** The run waits between two epochs until `resumeExperiment`. */
  pauseExperiment: Method<InWorkspace & { id: string }, null>;
  /** Ends a pause; starts an interrupted, stopped or failed run again where its last checkpoint was. */
  resumeExperiment: Method<InWorkspace & { id: string }, null>;
  /** A learning-rate range test on the configuration's own data. */
  findLearningRate: Method<InWorkspace & { config: TrainConfig }, RateFinding, Progress>;
  /** What a run would take. Throws `invalid` for a configuration that is out of range, in one sentence. */
  estimate: Method<InWorkspace & { config: TrainConfig }, RunEstimate>;
  /** Augmented variants of one picture, as WebP; the first is the picture as the backbone sees it. */
  augmentationPreview: Method<
    { path: string; augment: string[]; seed: number; count: number },
    { images: Uint8Array[] }
  >;
  deleteExperiment: Method<InWorkspace & { id: string }, null>;
  predictions: Method<PredictionQuery, PredictionPage>;

  /** WebP thumbnails whose longer side is `size` pixels, of absolute paths. */
  thumbnails: Method<{ paths: string[]; size: number }, ThumbnailPage>;
  /** `experiment`: an id, `imagenet`, or absent for the latest good one (else `imagenet`). */
  classify: Method<InWorkspace & { paths: string[]; experiment?: string }, ClassifyAnswer, Progress>;
  doctor: Method<null, DoctorReport>;
}

/** How the service process is started: `main.mjs service --cache DIR`. */
export const SERVICE_ARGUMENTS = ['service'] as const;
