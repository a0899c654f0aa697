/** The extension host of the tests, living in the page: answers the panels' calls from made-up data. Injected before the page's own script. */
import { selectPredictions } from '../../../src/engine/experiments/predictionPage.ts';
import type { ThumbnailPage } from '../../../src/shared/engineApi.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';
import type {
  EpochRow,
  ExperimentDetail,
  ExperimentFile,
  PredictionPage,
  RateFinding,
  RunEstimate,
  TrainConfig,
} from '../../../src/shared/experiment.ts';
import type {
  ClassifyPanelApi,
  ClassifyPanelEvents,
  ClassifyView,
  ResultPanelApi,
  ResultPanelEvents,
  TrainDataset,
  TrainPanelApi,
  TrainPanelEvents,
  TrainView,
} from '../../../src/shared/panelApi.ts';
import { emitEvent, serve } from '../../../src/shared/rpc.ts';
import type { Theme } from '../themes.ts';
import { applyTheme, createBridge } from './bridge.ts';
import { sampleDetail, sampleHistory, samplePredictions } from './sampleRun.ts';

export interface HostOptions {
  theme: Theme;
  /** Images per split; no predictions without it. */
  sizes?: { train: number; validation: number; test: number };
  /** Replaces fields of the run's file. */
  file?: Partial<ExperimentFile>;
  /** A run that has no results yet, with so many epochs behind it. */
  epochs?: number;
  /** Base64 WebP pictures by class name; without them thumbnails are plain colours that tell their row (see `colorOf`). */
  pictures?: Record<string, string[]>;
  classify?: ClassifyView;
  train?: {
    view: TrainView;
    estimate: RunEstimate;
    /** The rate finder waits until `finishFinding` without it. */
    finding?: RateFinding;
    /** Base64 WebP pictures: variants of the nth picture. */
    variants: string[];
    /** An augmentation whose name holds this is refused by the engine. */
    refused?: string;
    /** The run cannot be started. */
    trainError?: string;
  };
  /** Replaces fields of every epoch. */
  history?: Partial<EpochRow>[];
  /** What VS Code kept of the panel's state, where the page is loaded again. */
  saved?: unknown;
  /** Fails the first load with this sentence. */
  loadError?: string;
  /** Paths whose thumbnails cannot be made. */
  broken?: string[];
}

export interface FakeHost {
  calls: { method: string; params: unknown }[];
  savedState: () => unknown;
  applyTheme: (theme: Theme) => void;
  /** Pushes the run with these changes. */
  change: (file: Partial<ExperimentFile>, epochs?: number) => void;
  /** The run is evaluated. */
  finish: () => void;
  remove: () => void;
  stale: (view: ClassifyView) => void;
  datasets: (list: TrainDataset[]) => void;
  /** How many calls of the rate finder were aborted. */
  aborted: number;
}

/** Colour of the thumbnail of the image with this number: each channel one hexadecimal digit pair of it, kept apart from its neighbours. */
export const colorOf = (n: number): string => `rgb(${(n >> 10) & 255}, ${(n >> 2) & 255}, ${(n & 3) * 80})`;

declare global {
  interface Window {
    hostOptions: HostOptions;
    fakeHost: FakeHost;
  }
}

const options = window.hostOptions;
let abortedFindings = 0;
const { connection, savedState } = createBridge(options.saved);
const calls: FakeHost['calls'] = [];
const table = options.sizes && samplePredictions(options.sizes);
let detail: ExperimentDetail | undefined = table && sampleDetail(table);
const finished = detail;
if (detail) {
  detail = { ...detail, file: { ...detail.file, ...options.file } };
  if (options.epochs !== undefined) detail = withoutResults(detail, options.epochs);
  if (options.history)
    detail = { ...detail, history: detail.history.map((row, i) => ({ ...row, ...options.history![i] })) };
}
let loadError = options.loadError;
let classifyView = options.classify;

function withoutResults(run: ExperimentDetail, epochs: number): ExperimentDetail {
  const history = sampleHistory(epochs);
  const { lastEpoch: _, ...rest } = run;
  const last = history[epochs - 1];
  return { ...rest, metrics: {}, reports: [], history, ...(last && { lastEpoch: last }) };
}

const orders = new Map<string, PredictionPage>();

const result: ResultPanelApi = {
  load: () => {
    if (loadError !== undefined) {
      const message = loadError;
      loadError = undefined;
      return Promise.reject(new HeadwayError('io', message));
    }
    return Promise.resolve(detail!);
  },
  predictions: ({ offset, limit, ...query }) => {
    const key = JSON.stringify(query);
    let all = orders.get(key);
    if (!all) orders.set(key, (all = selectPredictions(table!, { ...query, offset: 0, limit: Infinity })));
    return Promise.resolve({ ...all, rows: all.rows.slice(offset, offset + limit) });
  },
  thumbnails: ({ paths, size }) => packThumbnails(paths, size),
  openImage: () => Promise.resolve(null),
  stop: () => Promise.resolve(null),
  pause: () => Promise.resolve(null),
  resume: () => Promise.resolve(null),
  trainAgain: () => Promise.resolve(null),
  showLog: () => Promise.resolve(null),
};

const classify: ClassifyPanelApi = {
  load: async (_, { progress }) => {
    progress({ phase: 'features', done: 1, total: 4, rate: 12, secondsLeft: 1 });
    if (loadError !== undefined) {
      const message = loadError;
      loadError = undefined;
      throw new HeadwayError('engine', message);
    }
    if (!classifyView) return new Promise(() => undefined);
    return Promise.resolve(classifyView);
  },
  choose: ({ experiment }) => {
    classifyView = { ...classifyView!, chosen: experiment };
    return Promise.resolve(classifyView);
  },
  openImage: () => Promise.resolve(null),
  openExperiment: () => Promise.resolve(null),
};

const decode = (base64: string): Uint8Array => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));

const given = options.train;
const refuse = ({ augment }: Pick<TrainConfig, 'augment'>): void => {
  if (given?.refused !== undefined && augment.some(text => text.includes(given.refused!)))
    throw new HeadwayError(
      'invalid',
      `degrees of RandomRotation is ${given.refused}; give a range within -360 to 360.`,
    );
};
const trainForm: TrainPanelApi = {
  load: () => {
    if (loadError === undefined) return Promise.resolve(given!.view);
    const message = loadError;
    loadError = undefined;
    return Promise.reject(new HeadwayError('io', message));
  },
  estimate: async ({ config }) => {
    refuse(config);
    return Promise.resolve({ ...given!.estimate, trainImages: config.subset ?? given!.estimate.trainImages });
  },
  findLearningRate: (_, { signal, progress }) => {
    progress({ phase: 'training', done: 40, total: 100 });
    if (given!.finding) return Promise.resolve(given!.finding);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        abortedFindings++;
        reject(new HeadwayError('cancelled', 'Cancelled.'));
      });
    });
  },
  variants: async ({ picture, augment, count }) => {
    refuse({ augment });
    const images = given!.variants.slice(0, count + 1).map(decode);
    return Promise.resolve({ name: typeof picture === 'string' ? picture : `apple/${picture}.png`, images });
  },
  choosePicture: () => Promise.resolve('/elsewhere/pear.png'),
  train: () =>
    given!.trainError === undefined
      ? Promise.resolve(null)
      : Promise.reject(new HeadwayError('engine', given!.trainError)),
};

async function packThumbnails(paths: string[], size: number): Promise<ThumbnailPage> {
  const parts = await Promise.all(paths.map(path => thumbnail(path, size)));
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i]! + part.length));
  const bytes = new Uint8Array(offsets[parts.length]!);
  parts.forEach((part, i) => bytes.set(part, offsets[i]));
  return { bytes, offsets };
}

async function thumbnail(path: string, size: number): Promise<Uint8Array> {
  if (options.broken?.includes(path)) return new Uint8Array();
  const n = Number(/IMG_(\d+)/.exec(path)?.[1]) - 1000;
  const pictures = options.pictures?.[path.split('/')[1] ?? ''];
  if (pictures) return decode(pictures[n % pictures.length]!);
  const canvas = new OffscreenCanvas(size, Math.round(size * 0.75));
  const context = canvas.getContext('2d')!;
  context.fillStyle = colorOf(n);
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

/** Notes each call before it is answered. */
function recorded<A extends object>(api: A): A {
  return Object.fromEntries(
    Object.entries(api as Record<string, (params: unknown, context: unknown) => unknown>).map(([method, handler]) => [
      method,
      (params: unknown, context: unknown) => {
        calls.push({ method, params });
        return handler(params, context);
      },
    ]),
  ) as A;
}

if (options.train) serve<TrainPanelApi>(connection, recorded(trainForm));
else if (options.classify || !options.sizes) serve<ClassifyPanelApi>(connection, recorded(classify));
else serve<ResultPanelApi>(connection, recorded(result));
connection.listen();

const push = () => emitEvent<ResultPanelEvents>(connection, 'changed', detail!);

window.fakeHost = {
  calls,
  savedState,
  applyTheme,
  change(file, epochs) {
    detail = { ...detail!, file: { ...detail!.file, ...file } };
    if (epochs !== undefined) detail = withoutResults(detail, epochs);
    push();
  },
  finish() {
    detail = finished!;
    push();
  },
  datasets: list => emitEvent<TrainPanelEvents>(connection, 'datasets', list),
  get aborted() {
    return abortedFindings;
  },
  remove: () => emitEvent<ResultPanelEvents>(connection, 'deleted', null),
  stale(view) {
    classifyView = view;
    emitEvent<ClassifyPanelEvents>(connection, 'stale', null);
  },
};

// As in VS Code the theme is there before the panel's script runs.
new MutationObserver((_, observer) => {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- null while the document is being read
  if (!document.body) return;
  observer.disconnect();
  applyTheme(options.theme);
}).observe(document, { childList: true, subtree: true });
