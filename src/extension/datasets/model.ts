/** What the Datasets tree shows, from the summaries that the engine gives. */
import path from 'node:path';
import { SPLITS, type ClassCounts, type DatasetSummary, type Problem, type Split } from '../../shared/dataset.ts';
import { count } from '../../shared/format.ts';
import { escapeMarkdown, type Row } from '../platform/row.ts';
import { t } from '../platform/text.ts';

export type DatasetNode = { dataset: DatasetSummary } & (
  | { kind: 'dataset' }
  | { kind: 'problems' }
  | { kind: 'problem'; problem: Problem; index: number; path?: string }
  | { kind: 'split'; split: Split }
  | { kind: 'classes' }
  | { kind: 'class'; of: ClassCounts; split?: Split }
);

export const datasetNodes = (datasets: readonly DatasetSummary[]): DatasetNode[] =>
  [...datasets]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((dataset): DatasetNode => ({ kind: 'dataset', dataset }));

export function datasetChildren(node: DatasetNode): DatasetNode[] {
  const { dataset } = node;
  switch (node.kind) {
    case 'dataset':
      return [
        ...(dataset.problems.length > 0 ? [{ kind: 'problems', dataset } as const] : []),
        ...SPLITS.map((split): DatasetNode => ({ kind: 'split', split, dataset })),
        { kind: 'classes', dataset },
      ];
    case 'problems':
      return dataset.problems.map((problem, index) => ({ kind: 'problem', problem, index, dataset }));
    case 'problem':
      // Each picture of a problem that concerns several can be opened by itself.
      return node.path === undefined && node.problem.paths.length > 1
        ? node.problem.paths.map(p => ({ ...node, path: p }))
        : [];
    case 'classes':
      return dataset.classes.map(of => ({ kind: 'class', of, dataset }));
    case 'split':
      return dataset.classes.map(of => ({ kind: 'class', of, split: node.split, dataset }));
    case 'class':
      return [];
  }
}

const splitName = (split: Split): string =>
  split === 'train' ? t('Train') : split === 'validation' ? t('Validation') : t('Test');

export const imagesOf = (c: ClassCounts): number => SPLITS.reduce((sum, s) => sum + c.counts[s], 0);
const n = (value: number): string => value.toLocaleString('en');

export function datasetRow(node: DatasetNode): Row {
  const { dataset } = node;
  const id = `${dataset.name}/${node.kind}`;
  const several = datasetChildren(node).length > 0 ? ({ children: 'collapsed' } as const) : {};
  switch (node.kind) {
    case 'dataset':
      return {
        id,
        label: dataset.name,
        description: [
          count(dataset.images, t('image'), t('images')),
          count(dataset.classes.length, t('class'), t('classes')),
          ...(dataset.problems.length > 0 ? [count(dataset.problems.length, t('problem'), t('problems'))] : []),
        ].join(' · '),
        tooltip: datasetTooltip(dataset),
        icon: 'database',
        children: 'expanded',
        context: dataset.problems.length > 0 ? 'dataset hasProblems' : 'dataset',
      };
    case 'problems':
      return {
        id,
        label: t('Problems'),
        description: n(dataset.problems.length),
        icon: 'warning',
        color: 'list.warningForeground',
        context: 'problems',
        ...several,
      };
    case 'problem': {
      const { problem, index } = node;
      if (node.path !== undefined)
        return {
          id: `${id}/${index}/${node.path}`,
          label: node.path,
          tooltip: escapeMarkdown(problem.message),
          icon: 'file-media',
          context: 'problem',
        };
      return {
        id: `${id}/${index}`,
        label: problem.message,
        tooltip: escapeMarkdown(problem.message),
        icon: PROBLEM_ICON[problem.kind] ?? 'warning',
        context: 'problem',
        ...several,
      };
    }
    case 'split':
      return {
        id: `${id}/${node.split}`,
        label: splitName(node.split),
        description: count(dataset.splits[node.split], t('image'), t('images')),
        icon: 'layers',
        context: 'split',
        ...several,
      };
    case 'classes':
      return {
        id,
        label: t('Classes'),
        description: n(dataset.classes.length),
        icon: 'tag',
        context: 'classes',
        ...several,
      };
    case 'class':
      return {
        id: `${id}/${node.split ?? 'all'}/${node.of.name}`,
        label: node.of.name,
        description: n(node.split ? node.of.counts[node.split] : imagesOf(node.of)),
        tooltip: SPLITS.map(s => `${splitName(s)}: ${n(node.of.counts[s])}`).join('  \n'),
        context: 'class',
      };
  }
}

const PROBLEM_ICON: Partial<Record<Problem['kind'], string>> = {
  unreadable: 'file-media',
  truncated: 'file-media',
  'empty-file': 'file-media',
  'too-large': 'file-media',
  missing: 'question',
  'in-two-classes': 'copy',
};

function datasetTooltip(d: DatasetSummary): string {
  const split =
    d.split.kind === 'given'
      ? t('given by the source')
      : t('{0} by seed {1}', d.split.ratio.map(r => Math.round(r * 100)).join(' / '), d.split.seed);
  return [
    `**${escapeMarkdown(d.name)}**`,
    `${t('Source')}: ${escapeMarkdown(d.source)}`,
    ...SPLITS.map(s => `${splitName(s)}: ${count(d.splits[s], t('image'), t('images'))}`),
    `${t('Split')}: ${split}`,
  ].join('  \n');
}

export const problemCount = (datasets: readonly DatasetSummary[]): number =>
  datasets.reduce((sum, d) => sum + d.problems.length, 0);

/** Absolute folder that the image paths of a data set are relative to. */
export function imageRoot(workspace: string, d: Pick<DatasetSummary, 'source' | 'layout'>): string {
  const source = path.resolve(workspace, d.source);
  return d.layout === 'manifest' ? path.dirname(source) : source;
}
