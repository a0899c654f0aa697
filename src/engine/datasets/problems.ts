/** Findings about a data set as a whole: classes, groups, the same picture twice. Pure. */
import type { ImageRecord, Problem } from '../../shared/dataset.ts';

interface Labelled {
  path: string;
  label: string;
  hash: string;
}

/** `emptyClasses`: folders without a picture file. */
export function classProblems(images: readonly Labelled[], emptyClasses: readonly string[]): Problem[] {
  const counts = new Map<string, Labelled[]>();
  for (const image of images) counts.set(image.label, [...(counts.get(image.label) ?? []), image]);
  return [
    ...emptyClasses.map((name): Problem => ({
      kind: 'empty-class',
      paths: [],
      message: `The class "${name}" has no picture and is left out; add pictures or delete its folder.`,
    })),
    ...[...counts].filter(([, of]) => of.length === 1).map(([name, of]) => single(name, of[0]!.path)),
    ...sameByCase([...counts.keys(), ...emptyClasses]),
    ...inTwoClasses(images),
  ];
}

/** Classes that a scan found only unusable files in. */
export function unusableClasses(labels: Iterable<string>, usable: readonly Labelled[]): string[] {
  const found = new Set(usable.map(image => image.label));
  return [...new Set(labels)].filter(label => !found.has(label)).sort(byCodePoint);
}

/** Groups with members in several splits; only a source that gives the splits itself can do that. */
export function groupProblems(images: readonly ImageRecord[]): Problem[] {
  const groups = new Map<string, ImageRecord[]>();
  for (const image of images) {
    if (image.group === image.path) continue;
    const members = groups.get(image.group);
    if (members) members.push(image);
    else groups.set(image.group, [image]);
  }
  const problems: Problem[] = [];
  for (const [group, members] of groups) {
    const splits = [...new Set(members.map(m => m.split))];
    if (splits.length < 2) continue;
    problems.push({
      kind: 'group-across-splits',
      paths: members.map(m => m.path),
      message: `The group "${group}" has pictures in ${splits.join(' and ')}; test results may look better than they are.`,
    });
  }
  return problems;
}

/** Order of class names: by code point (UTF-8 keeps that order), the same on every system and in every language. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function single(name: string, path: string): Problem {
  return {
    kind: 'single-image-class',
    paths: [path],
    message: `The class "${name}" has only one usable picture (${path}); it can be trained on but not tested.`,
  };
}

function sameByCase(names: readonly string[]): Problem[] {
  const folded = new Map<string, string[]>();
  for (const name of names) {
    const key = name.normalize('NFC').toLowerCase();
    folded.set(key, [...(folded.get(key) ?? []), name]);
  }
  return [...folded.values()]
    .filter(same => same.length > 1)
    .map(same => ({
      kind: 'same-class-by-case' as const,
      paths: [],
      message: `The classes ${same.map(n => `"${n}"`).join(' and ')} differ only in upper and lower case; rename one if they mean the same.`,
    }));
}

function inTwoClasses(images: readonly Labelled[]): Problem[] {
  const byHash = new Map<string, Labelled[]>();
  for (const image of images) {
    const same = byHash.get(image.hash);
    if (same) same.push(image);
    else byHash.set(image.hash, [image]);
  }
  const problems: Problem[] = [];
  for (const same of byHash.values()) {
    const labels = new Set(same.map(image => image.label));
    if (labels.size < 2) continue;
    const where = same.map(image => `${image.path} ("${image.label}")`).join(' and ');
    problems.push({
      kind: 'in-two-classes',
      paths: same.map(image => image.path),
      message: `The same picture is in ${labels.size} classes: ${where}; keep one.`,
    });
  }
  return problems;
}
