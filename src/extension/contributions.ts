/**
 * Every id that package.json and the code share. Handlers are a mapped type over `CommandArguments`, so a command without a handler,
 * or a handler without a command, does not compile; test/unit/extension proves that package.json says the same.
 */
import type { DatasetNode } from './datasets/model.ts';
import type { ExperimentNode } from './experiments/model.ts';
import type { UriLike } from './platform/uriLike.ts';

export const Command = {
  openSample: 'headway.openSample',
  addDataset: 'headway.addDataset',
  removeDataset: 'headway.removeDataset',
  openProblem: 'headway.openProblem',
  trainHead: 'headway.trainHead',
  customTraining: 'headway.customTraining',
  trainAgain: 'headway.trainAgain',
  openExperiment: 'headway.openExperiment',
  pauseExperiment: 'headway.pauseExperiment',
  resumeExperiment: 'headway.resumeExperiment',
  stopExperiment: 'headway.stopExperiment',
  deleteExperiment: 'headway.deleteExperiment',
  copyExperimentId: 'headway.copyExperimentId',
  classify: 'headway.classify',
  refresh: 'headway.refresh',
  showLog: 'headway.showLog',
  restartEngine: 'headway.restartEngine',
} as const;
export type CommandId = (typeof Command)[keyof typeof Command];

/** What VS Code or our own code passes to each command; every argument is absent when it comes from the palette. */
export interface CommandArguments {
  'headway.openSample': [];
  'headway.addDataset': [source?: UriLike];
  'headway.removeDataset': [node?: DatasetNode];
  'headway.openProblem': [node?: DatasetNode];
  'headway.trainHead': [node?: DatasetNode];
  'headway.customTraining': [node?: DatasetNode];
  'headway.trainAgain': [node?: ExperimentNode | string];
  'headway.openExperiment': [node?: ExperimentNode | string];
  'headway.pauseExperiment': [node?: ExperimentNode | string];
  'headway.resumeExperiment': [node?: ExperimentNode | string];
  'headway.stopExperiment': [node?: ExperimentNode | string];
  'headway.deleteExperiment': [node?: ExperimentNode, nodes?: ExperimentNode[]];
  'headway.copyExperimentId': [node?: ExperimentNode];
  'headway.classify': [picture?: UriLike, pictures?: UriLike[]];
  'headway.refresh': [];
  'headway.showLog': [];
  'headway.restartEngine': [];
}
export type CommandHandlers = { [K in CommandId]: (...args: CommandArguments[K]) => unknown };
/** The handlers that one feature contributes. */
export type HandlersOf<K extends CommandId> = Pick<CommandHandlers, K>;

/** Commands that only make sense on an item of a tree: the palette hides them. */
export const ITEM_COMMANDS: readonly CommandId[] = [
  Command.removeDataset,
  Command.openProblem,
  Command.deleteExperiment,
  Command.copyExperimentId,
];

export const CONTAINER = 'headway';
export const View = { datasets: 'headway.datasets', experiments: 'headway.experiments' } as const;
export const Panel = { result: 'headway.result', classify: 'headway.classify', train: 'headway.train' } as const;

export const Setting = {
  threads: 'headway.engine.threads',
  cacheDirectory: 'headway.cache.directory',
} as const;
export interface SettingValues {
  'headway.engine.threads': number;
  'headway.cache.directory': string;
}

export const ContextKey = {
  hasDatasets: 'headway.hasDatasets',
  hasExperiments: 'headway.hasExperiments',
  hasRunning: 'headway.hasRunning',
  canPause: 'headway.canPause',
  canResume: 'headway.canResume',
  engineFailed: 'headway.engineFailed',
} as const;
export type ContextKeyId = (typeof ContextKey)[keyof typeof ContextKey];

/** Extensions of the pictures that Classify takes; the Explorer's menu tests the same list. */
export const PICTURE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'bmp'] as const;
export const isPicture = (path: string): boolean =>
  new RegExp(`\\.(?:${PICTURE_EXTENSIONS.join('|')})$`, 'i').test(path);
