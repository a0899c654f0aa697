import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { increment, progressText } from '../../../src/extension/platform/progressText.ts';
import {
  headPresets,
  numberSettings,
  settingsFor,
  startConfig,
  summary,
  validateLayers,
  validateNumber,
} from '../../../src/extension/train/model.ts';
import { chooseRoot, partOf } from '../../../src/extension/workspaceRoot.ts';
import { pageHtml } from '../../../src/extension/panels/webviewHtml.ts';
import { checkConfig } from '../../../src/engine/train/config.ts';
import { DEFAULT_CONFIG } from '../../../src/shared/experiment.ts';

describe('train head', () => {
  it('offers the default head first', () => assert.equal(headPresets()[0]?.head, DEFAULT_CONFIG.head));

  it('starts only what the engine takes', () => {
    for (const { head } of headPresets()) {
      assert.equal(validateLayers(head), undefined, head);
      checkConfig({ ...startConfig('garden', undefined, 0), head });
    }
  });

  it('takes the layer lists that the engine takes', () => {
    const config = startConfig('garden', undefined, 0);
    for (const head of [
      '1',
      '512-64',
      '8-8-8',
      'none',
      'probe',
      '',
      '0',
      '12-',
      '-12',
      'a',
      '512,64',
      '512 64',
      '64-0',
    ]) {
      let taken = true;
      try {
        checkConfig({ ...config, head });
      } catch {
        taken = false;
      }
      assert.equal(validateLayers(head) === undefined, taken, head);
    }
    assert.match(validateLayers('1-1-1-1-1-1-1-1-1') ?? '', /At most 8/);
    assert.match(validateLayers('9000') ?? '', /8192/);
  });

  it('holds numbers to their limits', () => {
    for (const s of numberSettings()) {
      for (const good of [s.min, s.max, DEFAULT_CONFIG[s.key]])
        assert.equal(validateNumber(String(good), s), undefined, s.key);
      for (const bad of ['', 'x', String(s.min - 1), String(s.max + 1), 'Infinity'])
        assert.ok(validateNumber(bad, s), `${s.key} ${bad}`);
      assert.equal(validateNumber(String(s.min + 0.5), { ...s, max: s.min + 1 }) === undefined, !s.integer, s.key);
    }
    assert.deepEqual(
      settingsFor('probe').map(s => s.key),
      ['seed'],
    );
  });

  it('repeats an earlier configuration on the chosen data set', () => {
    const from = { ...DEFAULT_CONFIG, dataset: 'a', epochs: 7, head: '256' };
    assert.deepEqual(startConfig('b', from, 0), { ...from, dataset: 'b' });
    assert.equal(startConfig('b', from, 3).threads, 3);
    assert.ok(!('threads' in startConfig('b', undefined, 0)));
    assert.equal(
      summary(startConfig('b', from, 0)),
      'up to 7 epochs · batch 32 · learning rate 0.001 · dropout 0.25 · seed 1',
    );
    assert.equal(summary({ ...from, head: 'probe' }), 'logistic regression · seed 1');
  });
});

describe('progress', () => {
  it('tells phase, count, rate and time left', () => {
    const p = { phase: 'features', done: 120, total: 1900, rate: 96.4, secondsLeft: 18.4 } as const;
    assert.equal(progressText(p), 'Computing features: 120 of 1,900 · 96/s · 18 s left');
    assert.equal(progressText({ phase: 'scan', done: 12, total: 0 }), 'Reading images: 12');
  });

  it('never runs back', () => {
    assert.equal(increment({ phase: 'scan', done: 1, total: 4 }, 0), 25);
    assert.equal(increment({ phase: 'features', done: 0, total: 4 }, 100), 0);
    assert.equal(increment({ phase: 'scan', done: 1, total: 0 }, 0), 0);
  });
});

describe('workspace', () => {
  it('is the first folder with a store, else the first', async () => {
    const has =
      (...paths: string[]) =>
      (p: string) =>
        Promise.resolve(paths.includes(p));
    assert.deepEqual(await chooseRoot(['/a', '/b'], has('/b/.headway')), { root: '/b', hasStore: true });
    assert.deepEqual(await chooseRoot(['/a', '/b'], has()), { root: '/a', hasStore: false });
    assert.equal(await chooseRoot([], has()), undefined);
  });

  it('knows which part a file belongs to', () => {
    assert.equal(partOf('datasets/garden/splits.csv'), 'datasets');
    assert.equal(partOf('experiments\\x\\history.csv'), 'experiments');
    assert.equal(partOf(''), undefined);
    assert.equal(partOf('studies/x'), undefined);
  });
});

describe('page of a panel', () => {
  it('holds its state as JSON that cannot leave its element, and runs only the script with the nonce', () => {
    const state = { kind: 'result', workspace: '/w</script><b>', id: 'x' } as const;
    const page = {
      title: 'a "b" <c>',
      state,
      nonce: 'N0',
      cspSource: 'https://x',
      script: 's.js',
      style: 's.css',
      codicons: 'c.css',
    };
    const html = pageHtml(page);
    const json = /<script type="application\/json" id="headway-state"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    assert.deepEqual(JSON.parse(json), state);
    assert.ok(!html.includes('<b>') && !html.includes('<c>'));
    assert.match(html, /default-src 'none'; script-src 'nonce-N0'/);
    assert.doesNotMatch(html, /unsafe/);
    assert.match(html, /<script type="module" nonce="N0" src="s\.js">/);
  });
});
