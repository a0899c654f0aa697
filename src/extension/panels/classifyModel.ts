import path from 'node:path';
import type { ExperimentSummary } from '../../shared/experiment.ts';
import { count } from '../../shared/format.ts';
import type { ClassifyChoice } from '../../shared/panelApi.ts';
import { canClassify, configTitle, describe, newestFirst } from '../experiments/model.ts';
import { t } from '../platform/text.ts';

export const IMAGENET = 'imagenet';

/** Who can answer, newest first, the backbone's own classes last. */
export const classifyChoices = (experiments: readonly ExperimentSummary[]): ClassifyChoice[] => [
  ...newestFirst(experiments.filter(canClassify)).map(e => ({
    experiment: e.file.id,
    label: e.file.name,
    description: [configTitle(e.file.config), describe(e)].filter(text => text !== e.file.name).join(' · '),
  })),
  { experiment: IMAGENET, label: t('ImageNet classes'), description: t('The backbone’s own 1,000 classes') },
];

/** Whether an <img> can draw the file, by its name. */
export const canShow = (file: string): boolean => !/\.tiff?$/i.test(file);

/** Relative to the workspace where inside it, with `/`; else the absolute path. */
export function pictureName(workspace: string, file: string): string {
  const relative = path.relative(workspace, file);
  const outside = relative === '' || relative.startsWith('..') || path.isAbsolute(relative);
  return outside ? file : relative.split(path.sep).join('/');
}

/** "pear.png", "3 pictures". */
export function panelTitle(paths: readonly string[]): string {
  const first = paths[0];
  return paths.length === 1 && first !== undefined
    ? path.basename(first)
    : count(paths.length, t('picture'), t('pictures'));
}
