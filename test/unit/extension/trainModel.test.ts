import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { increment, progressText } from '../../../src/extension/platform/progressText.ts';
import {
  numberSettings,
  settingsFor,
  startConfig,
  summary,
  trainPresets,
  validateNumber,
} from '../../../src/extension/train/model.ts';
import { spread } from '../../../src/extension/train/trainImages.ts';
import { isPanelState } from '../../../src/extension/panels/panelState.ts';
import { chooseRoot, partOf } from '../../../src/extension/workspaceRoot.ts';
import { pageHtml } from '../../../src/extension/panels/webviewHtml.ts';
import { checkConfig } from '../../../src/engine/train/config.ts';
import { DEFAULT_CONFIG } from '../../../src/shared/experiment.ts';
import { parseHead } from '../../../src/shared/head.ts';
import { PRESET_IDS, presetConfig, presetOf, TRAIN_PRESETS } from '../../../src/shared/trainPresets.ts';
import { LIMITS } from '../../../src/shared/trainRules.ts';

describe('train head', () => {
  const start = startConfig('garden', 0);

  it('offers all presets, the defaults first', () => {
    assert.deepEqual(
      trainPresets().map(p => p.id),
      PRESET_IDS,
    );
    assert.deepEqual(presetConfig(PRESET_IDS[0]!, start), start);
  });

  it('starts only what the engine takes', () => {
    for (const id of PRESET_IDS) checkConfig(presetConfig(id, start));
  });

  it('says the sizes of the layers', () => {
    for (const { id, detail } of trainPresets()) {
      const head = parseHead(TRAIN_PRESETS[id].head);
      const sizes = head.kind === 'dense' ? head.layers : head.kind === 'fastai' ? [512] : [];
      for (const size of sizes) assert.match(detail, new RegExp(`\\b${size}\\b`), id);
    }
  });

  it('keeps data, seed and device of what it replaces, and knows a preset again', () => {
    const base = { ...start, seed: 7, subset: 20, threads: 3, epochs: 5, head: '100' };
    const config = presetConfig('percent-10', base);
    assert.deepEqual(config, {
      ...DEFAULT_CONFIG,
      ...TRAIN_PRESETS['percent-10'],
      dataset: 'garden',
      seed: 7,
      subset: 20,
      threads: 3,
    });
    assert.equal(config.boundary, 'percent:10');
    assert.equal(config.monitor, 'accuracy');
    for (const id of PRESET_IDS) assert.equal(presetOf(presetConfig(id, { ...base, epochs: 3 })), id);
    assert.equal(presetOf(base), undefined);
  });

  it('holds numbers to the engine’s limits', () => {
    for (const s of numberSettings()) {
      const { low, high } = LIMITS[s.key];
      for (const good of [low, high, DEFAULT_CONFIG[s.key]])
        assert.equal(validateNumber(String(good), s), undefined, s.key);
      for (const bad of ['', 'x', String(low - 1), String(high + 1), 'Infinity'])
        assert.ok(validateNumber(bad, s), `${s.key} ${bad}`);
    }
    assert.ok(validateNumber('1.5', { key: 'epochs' }));
    assert.deepEqual(
      settingsFor('probe').map(s => s.key),
      ['seed'],
    );
  });

  it('tells what it will do', () => {
    assert.equal(startConfig('b', 3).threads, 3);
    assert.ok(!('threads' in start));
    assert.equal(
      summary({ ...start, epochs: 7 }),
      'up to 7 epochs · batch 32 · learning rate 0.001 · dropout 0.25 · seed 1',
    );
    assert.equal(summary({ ...start, head: 'probe' }), 'logistic regression · seed 1');
  });
});

describe('training form', () => {
  it('looks at every picture once before the first comes again, and jumps between classes', () => {
    for (const length of [1, 2, 3, 10, 100, 3676]) {
      const seen = new Set(Array.from({ length }, (_, n) => spread(n, length)));
      assert.equal(seen.size, length);
      assert.ok([...seen].every(i => i >= 0 && i < length));
      assert.equal(spread(length, length), spread(0, length));
      assert.equal(spread(-1, length), spread(length - 1, length));
    }
    assert.ok(Math.abs(spread(1, 1000) - spread(0, 1000)) > 300);
    assert.equal(spread(3, 0), 0);
  });

  it('comes back only with a configuration', () => {
    const state = { kind: 'train', workspace: '/w', id: 'x', config: startConfig('garden', 0) };
    assert.equal(isPanelState(state), true);
    for (const config of [undefined, null, 1, {}, { dataset: 1 }])
      assert.equal(isPanelState({ ...state, config }), false);
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
