import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  datasetChildren,
  datasetNodes,
  datasetRow,
  imageRoot,
  problemCount,
  type DatasetNode,
} from '../../../src/extension/datasets/model.ts';
import { labelColumns, suggestName, validateName } from '../../../src/extension/datasets/source.ts';
import { isValidName } from '../../../src/engine/files/workspace.ts';
import { dataset } from './samples.ts';

const problems = [
  { kind: 'unreadable' as const, paths: ['apple/a.jpg'], message: 'apple/a.jpg is not an image.' },
  { kind: 'empty-class' as const, paths: [], message: 'The class fig has no images.' },
  {
    kind: 'in-two-classes' as const,
    paths: ['apple/b.jpg', 'pear/b.jpg'],
    message: 'The same picture has two labels.',
  },
];
const rows = (nodes: DatasetNode[]) => nodes.map(n => [datasetRow(n).label, datasetRow(n).description]);
const all = (nodes: DatasetNode[]): DatasetNode[] => nodes.flatMap(n => [n, ...all(datasetChildren(n))]);

describe('datasets tree', () => {
  it('shows data sets by name with what they hold', () => {
    const nodes = datasetNodes([dataset({ name: 'b' }), dataset({ name: 'a', problems })]);
    assert.deepEqual(rows(nodes), [
      ['a', '12 images · 2 classes · 3 problems'],
      ['b', '12 images · 2 classes'],
    ]);
  });

  it('shows splits and classes with their counts', () => {
    const [node] = datasetNodes([dataset()]);
    const children = datasetChildren(node!);
    assert.deepEqual(rows(children), [
      ['Train', '8 images'],
      ['Validation', '2 images'],
      ['Test', '2 images'],
      ['Classes', '2'],
    ]);
    assert.deepEqual(rows(datasetChildren(children[0]!)), [
      ['apple', '5'],
      ['pear', '3'],
    ]);
    assert.deepEqual(rows(datasetChildren(children[3]!)), [
      ['apple', '7'],
      ['pear', '5'],
    ]);
  });

  it('lists each problem, and each picture of one that concerns several', () => {
    const [node] = datasetNodes([dataset({ problems })]);
    const first = datasetChildren(node!)[0]!;
    assert.deepEqual(rows([first]), [['Problems', '3']]);
    const listed = datasetChildren(first);
    assert.deepEqual(
      listed.map(n => datasetRow(n).label),
      problems.map(p => p.message),
    );
    assert.deepEqual(
      listed.map(n => datasetRow(n).children),
      [undefined, undefined, 'collapsed'],
    );
    const pictures = datasetChildren(listed[2]!);
    assert.deepEqual(
      pictures.map(n => datasetRow(n).label),
      ['apple/b.jpg', 'pear/b.jpg'],
    );
    assert.deepEqual(pictures.flatMap(datasetChildren), []);
    assert.equal(problemCount([dataset({ problems }), dataset()]), 3);
  });

  it('gives every node an id of its own', () => {
    const ids = all(datasetNodes([dataset({ problems }), dataset({ name: 'b', problems })])).map(n => datasetRow(n).id);
    assert.ok(ids.length > 30);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('keeps names from being read as Markdown', () => {
    const [node] = datasetNodes([dataset({ source: 'my_[x](y)*' })]);
    assert.match(datasetRow(node!).tooltip ?? '', /my\\_\\\[x\\\]\\\(y\\\)\\\*/);
  });

  it('finds the folder of the images', () => {
    const at = path.resolve('/w');
    assert.equal(imageRoot(at, dataset()), path.join(at, 'pictures'));
    assert.equal(imageRoot(at, dataset({ source: 'data/list.csv', layout: 'manifest' })), path.join(at, 'data'));
    const elsewhere = path.resolve('/elsewhere');
    assert.equal(imageRoot(at, dataset({ source: elsewhere })), elsewhere);
  });
});

describe('a source of images', () => {
  it('offers the columns that may be labels, the usual ones first', () => {
    assert.deepEqual(labelColumns(['path', 'fine', 'Label', 'split', 'group', '', 'class']), [
      'Label',
      'class',
      'fine',
    ]);
    assert.deepEqual(labelColumns(['path']), []);
  });

  it('suggests a name that is free and that the engine takes', () => {
    assert.equal(suggestName('/x/fruit', []), 'fruit');
    assert.equal(suggestName('/x/list.v2.csv', []), 'list.v2');
    assert.equal(suggestName('/x/Fruit', ['fruit', 'fruit-2']), 'Fruit-3');
    for (const odd of ['/x/..', '/x/#%&', '/x/ä ö 🍎', '/x/.hidden', `/x/${'long'.repeat(40)}`, '/x/梨'])
      assert.ok(isValidName(suggestName(odd, [])), odd);
  });

  it('refuses the names that the engine refuses', () => {
    for (const name of [
      'a',
      'A b-c_d.1',
      '梨',
      '',
      ' a',
      'a ',
      'a.',
      '../a',
      'a/b',
      '.a',
      'a'.repeat(64),
      'a'.repeat(65),
    ])
      assert.equal(validateName(name, []) === undefined, isValidName(name), JSON.stringify(name));
    assert.match(validateName('Garden', ['garden']) ?? '', /already/);
  });
});
