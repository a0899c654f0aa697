import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitMiddle } from '../../src/webview/components/grid/fitText.ts';
import { chance } from '../../src/webview/components/chance.ts';
import { confusedPairs, tally } from '../../src/webview/result/pairs.ts';
import { bestSplit, DEFAULT_UI, gridQuery } from '../../src/webview/result/ui.ts';
import { explain, facts, headWords, progressDetail, statusWords, stepWords } from '../../src/webview/result/words.ts';
import type { ExperimentStatus } from '../../src/shared/experiment.ts';
import { BASE_FILE, sampleDetail, sampleHistory, samplePredictions } from './page/sampleRun.ts';

const measure = (text: string): number => Array.from(new Intl.Segmenter().segment(text)).length * 10;

test('a name is shortened in its middle, and only as far as it must be', () => {
  assert.equal(fitMiddle('Apple', 50, measure), 'Apple');
  assert.equal(fitMiddle('Golden-Delicious', 100, measure), 'Golde…ious');
  assert.equal(fitMiddle('Golden-Delicious', 5, measure), 'G…');
  assert.equal(fitMiddle('🍎🍏🍐🍊🍋', 40, measure), '🍎🍏…🍋');
});

test('a probability is never written as certain when it is not', () => {
  assert.deepEqual([1, 0.996, 0.994, 0.5, 0.004, 0].map(chance), ['100 %', '> 99 %', '99 %', '50 %', '< 1 %', '0 %']);
});

test('confused pairs come by count, then by share of the true class', () => {
  const confusion = [
    [10, 2, 0],
    [2, 3, 1],
    [0, 5, 40],
  ];
  assert.deepEqual(confusedPairs(confusion), [
    { label: 2, predicted: 1, count: 5, support: 45 },
    { label: 1, predicted: 0, count: 2, support: 6 },
    { label: 0, predicted: 1, count: 2, support: 12 },
    { label: 1, predicted: 2, count: 1, support: 6 },
  ]);
  assert.deepEqual(tally(confusion), { right: 53, wrong: 10, total: 63 });
});

test('every state has words, and every end that is not a success says what to do', () => {
  const states: ExperimentStatus[] = [
    'queued',
    'features',
    'training',
    'paused',
    'evaluating',
    'done',
    'stopped',
    'failed',
    'interrupted',
  ];
  for (const status of states) {
    assert.ok(statusWords({ ...BASE_FILE, status }).text.length > 0);
    const explanation = explain({ ...BASE_FILE, status });
    assert.equal(explanation !== undefined, ['stopped', 'failed', 'interrupted'].includes(status), status);
    if (explanation) assert.ok(explanation.advice.length > 10);
  }
  const failed = explain({ ...BASE_FILE, status: 'failed', message: 'The disk is full.' });
  assert.equal(failed?.message, 'The disk is full.');
  assert.match(explain({ ...BASE_FILE, status: 'stopped' })!.advice, /epoch 18/);
  const { bestEpoch: _, ...early } = BASE_FILE;
  assert.match(explain({ ...early, status: 'stopped' })!.advice, /no weights/);
  const remark = 'Training stayed at chance: nothing was learned.';
  assert.deepEqual(
    (['done', 'stopped'] as const).map(status => explain({ ...BASE_FILE, status, message: remark })?.kind),
    ['warning', 'warning'],
  );
  assert.equal(explain({ ...BASE_FILE, status: 'stopped', message: 'Stopped.' })?.kind, 'info');
});

test('progress is told with rate and time left', () => {
  const progress = { phase: 'features', done: 1204, total: 3676, rate: 212.4, secondsLeft: 11.6 } as const;
  assert.equal(progressDetail(progress, '512-64'), '1,204 of 3,676 images · 212 / s · 12 s left');
  assert.equal(progressDetail({ phase: 'training', done: 3, total: 100 }, '512-64'), '3 of at most 100 epochs');
  assert.equal(progressDetail({ phase: 'training', done: 3, total: 9 }, 'probe'), '3 of at most 9 penalties');
});

test('a probe’s steps are its penalties, a dense head’s its epochs', () => {
  const history = sampleHistory(3);
  assert.equal(stepWords(history).at(2), 'epoch 2');
  const probe = history.map((row, i) => ({ ...row, l2: 10 ** (i - 3) }));
  assert.equal(stepWords(probe).at(2), 'L2 0.01');
  const list = facts({ ...BASE_FILE, config: { ...BASE_FILE.config, head: 'probe' }, bestEpoch: 2 }, probe);
  assert.ok(list.some(fact => fact.name === 'Best L2' && fact.value === '0.01 of 3 tried'));
});

test('settings are told where they are usual or were changed', () => {
  const value = (change: object) =>
    facts({ ...BASE_FILE, config: { ...BASE_FILE.config, ...change } }, []).find(fact => fact.name === 'Settings')
      ?.value;
  assert.equal(value({}), 'rate 0.001, batch 32, dropout 0.25, seed 1');
  assert.equal(
    value({ dropout: 0, labelSmoothing: 0.1, batchNorm: true, augment: ['hflip', 'rotate'], l2: 0.001 }),
    'rate 0.001, batch 32, L2 0.001, batch norm, label smoothing 0.1, augment hflip + rotate, seed 1',
  );
  assert.equal(value({ head: 'probe' }), 'L2 auto, seed 1');
  assert.deepEqual(['probe', 'none', '512-64', '256', 'Talk head'].map(headWords), [
    'Logistic regression',
    'Linear layer',
    'Dense 512 → 64',
    'Dense 256',
    'Talk head',
  ]);
});

test('the grid asks for what the panel shows', () => {
  const ui = { ...DEFAULT_UI, chips: { label: { index: 3, on: true }, predicted: { index: 5, on: false } } };
  assert.deepEqual(gridQuery(ui, 'test'), { split: 'test', filter: 'wrong', sort: 'confidence', label: 3 });
  assert.deepEqual(gridQuery({ ...DEFAULT_UI, segment: 'uncertain' }, 'train'), {
    split: 'train',
    filter: 'all',
    sort: 'uncertain',
  });
  const { reports } = sampleDetail(samplePredictions({ train: 20, validation: 20, test: 0 }));
  assert.equal(bestSplit(reports, undefined), 'validation');
  assert.equal(bestSplit(reports, 'train'), 'train');
  assert.equal(bestSplit([], 'train'), undefined);
});
