import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../../src/engine/datasets/manifest.ts';
import { HeadwayError } from '../../../src/shared/errors.ts';

const read = (text: string, column?: string) => parseManifest(text, '/data/set/m.csv', column);
const refused = (text: string, message: RegExp, column?: string): void => {
  assert.throws(
    () => read(text, column),
    error => error instanceof HeadwayError && error.code === 'data' && message.test(error.message),
    text,
  );
};

test('columns are found by name in any order and case; quotes, BOM, semicolons and tabs are understood', () => {
  const expected = [
    { path: 'a b/1,2.jpg', label: 'x "y"', split: 'validation' as const, group: 'g' },
    { path: '3.jpg', label: 'z', split: 'train' as const },
  ];
  assert.deepEqual(
    read('\ufeffSplit,LABEL,group,Path\nval,"x ""y""",g,"a b/1,2.jpg"\nTraining,z,,3.jpg\n').entries,
    expected,
  );
  assert.deepEqual(
    read('path;label;split;group\r\n"a b/1,2.jpg";"x ""y""";valid;g\r\n3.jpg;z;train;\r\n').entries,
    expected,
  );
  assert.deepEqual(
    read('path\tlabel\tsplit\tgroup\na b/1,2.jpg\t"x ""y"""\tvalidation\tg\n3.jpg\tz\ttrain').entries,
    expected,
  );
});

test('the label column can be chosen', () => {
  const text = 'path,label,coarse_label\na.jpg,Golden,Apple\n';
  assert.equal(read(text).entries[0]!.label, 'Golden');
  assert.equal(read(text, 'coarse_label').entries[0]!.label, 'Apple');
  refused(text, /m\.csv has no column "colour".*"path", "label", "coarse_label"/, 'colour');
});

test('paths: relative, absolute inside and outside, with backslashes', () => {
  const paths = read(
    'path,label\n./a/../b.jpg,x\n/data/set/c.jpg,x\n/other/d.jpg,x\nwin\\e.jpg,x\n../f.jpg,x\n',
  ).entries.map(e => e.path);
  assert.deepEqual(paths, ['b.jpg', 'c.jpg', '/other/d.jpg', 'win/e.jpg', '/data/f.jpg']);
});

test('rows without label and paths with two labels are problems; repeated rows count once', () => {
  const { entries, problems } = read('path,label\na.jpg,x\nb.jpg,\na.jpg,x\na.jpg,y\n');
  assert.deepEqual(entries, [{ path: 'a.jpg', label: 'x' }]);
  assert.deepEqual(
    problems.map(p => [p.kind, p.paths]),
    [
      ['in-two-classes', ['a.jpg']],
      ['unlabelled', ['b.jpg']],
    ],
  );
  assert.match(problems[0]!.message, /"x".*line 5.*"y"/);
});

test('a manifest that cannot be understood is refused with file and line', () => {
  refused('', /is empty/);
  refused('file name,label\n', /no column "path"/);
  refused('path,label,split\na.jpg,x,train\nb.jpg,x,maybe\n', /line 3: the split "maybe"/);
  refused('path,label\n"a.jpg,x\n', /not a valid CSV/);
  refused('path,label\na.jpg,x,extra\n', /m\.csv, line 2.*not a valid CSV/);
  refused('path,label\n,x\n', /line 2: the path is empty/);
});
