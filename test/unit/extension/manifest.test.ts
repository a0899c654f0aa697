/** package.json, package.nls.json, l10n/ and contributions.ts say the same, in all directions. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  Command,
  CONTAINER,
  ContextKey,
  isPicture,
  ITEM_COMMANDS,
  Panel,
  PICTURE_EXTENSIONS,
  Setting,
  View,
} from '../../../src/extension/contributions.ts';
import { root, translatedTexts } from './texts.ts';

interface Entry {
  command: string;
  when?: string;
}
interface Manifest {
  main: string;
  icon: string;
  l10n: string;
  activationEvents: string[];
  extensionKind: string[];
  capabilities: {
    untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: boolean };
  };
  contributes: {
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    views: Record<string, { id: string; icon: string }[]>;
    viewsWelcome: { view: string; contents: string; when: string }[];
    commands: (Entry & { title: string; category?: string; icon?: string; enablement?: string })[];
    menus: Record<string, Entry[]>;
    keybindings: (Entry & { key: string })[];
    configuration: { properties: Record<string, { default: unknown; order: number; markdownDescription: string }> };
    walkthroughs: { steps: { media: { svg: string }; completionEvents: string[] }[] }[];
  };
}

const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const { contributes } = manifest;
const sorted = (values: Iterable<string>) => [...values].sort();
const allWhens = sorted(
  new Set(
    [...text.matchAll(/"(?:when|enablement)": "((?:[^"\\]|\\.)*)"/g)].map(m => JSON.parse(`"${m[1] ?? ''}"`) as string),
  ),
);

describe('manifest', () => {
  it('contributes exactly the commands of the code', () => {
    assert.deepEqual(sorted(contributes.commands.map(c => c.command)), sorted(Object.values(Command)));
    // A menu leaves the category out: what stands among other extensions' entries there says its origin in its title.
    for (const c of contributes.commands)
      if (c.category !== 'Headway') assert.match(nls[c.title.slice(1, -1)] ?? '', /^Headway: /, c.command);
  });

  it('names only its own commands in menus, keys, welcome texts and walkthroughs', () => {
    const known = new Set<string>([...Object.values(Command), 'vscode.openFolder']);
    const used = [
      ...Object.values(contributes.menus)
        .flat()
        .map(e => e.command),
      ...contributes.keybindings.map(k => k.command),
      ...[...JSON.stringify(nls).matchAll(/\(command:([\w.]+)/g)].map(m => m[1] ?? ''),
      ...[...text.matchAll(/"onCommand:([\w.]+)"/g)].map(m => m[1] ?? ''),
    ];
    assert.deepEqual(
      used.filter(c => !known.has(c)),
      [],
    );
  });

  it('hides item commands from the palette, and only those', () => {
    const hidden = contributes.menus['commandPalette']?.filter(e => e.when === 'false').map(e => e.command) ?? [];
    assert.deepEqual(sorted(hidden), sorted(ITEM_COMMANDS));
  });

  it('gives an icon to every command in a title bar or inline', () => {
    const shown = Object.values(contributes.menus)
      .flat()
      .filter(e => /^(?:navigation|inline)/.test((e as { group?: string }).group ?? ''));
    assert.ok(shown.length > 0);
    for (const { command } of shown) assert.ok(contributes.commands.find(c => c.command === command)?.icon, command);
  });

  it('contributes the views, each with a welcome text for every state, and their container', () => {
    assert.deepEqual(sorted(contributes.views[CONTAINER]?.map(v => v.id) ?? []), sorted(Object.values(View)));
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(c => c.id),
      [CONTAINER],
    );
    for (const view of Object.values(View)) {
      const whens = contributes.viewsWelcome.filter(w => w.view === view).map(w => w.when);
      for (const state of ['workbenchState == empty', 'workbenchState != empty', /^headway\.engineFailed$/])
        assert.ok(
          whens.some(w => (typeof state === 'string' ? w.includes(state) : state.test(w))),
          `${view}: ${state}`,
        );
    }
  });

  it('has one primary button in every welcome text', () => {
    for (const { contents } of contributes.viewsWelcome) {
      const lines = (nls[contents.slice(1, -1)] ?? '').split('\n');
      assert.equal(lines.filter(l => /^\[[^\]]+\]\(command:[\w.]+\)$/.test(l)).length, 1, contents);
    }
  });

  it('contributes exactly the settings of the code, each with a default, an order and a description', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(sorted(Object.keys(properties)), sorted(Object.values(Setting)));
    for (const [id, p] of Object.entries(properties)) {
      assert.ok(p.default !== undefined && p.order > 0 && p.markdownDescription.startsWith('%'), id);
    }
    for (const id of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations)
      assert.ok(id in properties, id);
  });

  it('tests exactly the context keys that the code sets', () => {
    const own = new Set<string>([...Object.values(Setting), ...Object.values(View), ...Object.values(Command)]);
    const tested = allWhens.flatMap(w => w.match(/\bheadway\.\w+\b/g) ?? []).filter(k => !own.has(k));
    const completed = [...text.matchAll(/"onContext:([\w.]+)"/g)].map(m => m[1] ?? '');
    assert.deepEqual(sorted(new Set([...tested, ...completed])), sorted(Object.values(ContextKey)));
  });

  it('activates for every panel, and else only where there is a store', () => {
    assert.deepEqual(
      sorted(manifest.activationEvents),
      sorted([...Object.values(Panel).map(p => `onWebviewPanel:${p}`), 'workspaceContains:.headway']),
    );
  });

  it('resolves every %key% of the manifest, and uses every key of package.nls.json', () => {
    const used = [...text.matchAll(/%([\w.]+)%/g)].map(m => m[1] ?? '');
    assert.deepEqual(sorted(new Set(used)), sorted(Object.keys(nls)));
  });

  it('lists in l10n/ exactly the texts of the code', () => {
    const file = path.join(root, manifest.l10n, 'bundle.l10n.json');
    const texts = translatedTexts();
    assert.ok(texts.length > 50);
    const bundle = Object.fromEntries(texts.map(t => [t, t]));
    if (process.env['UPDATE_L10N']) writeFileSync(file, `${JSON.stringify(bundle, null, 2)}\n`);
    const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const help = 'run this test with UPDATE_L10N=1 to write the bundle';
    assert.deepEqual(
      texts.filter(t => written[t] !== t),
      [],
      `missing: ${help}`,
    );
    assert.deepEqual(
      Object.keys(written).filter(t => !(t in bundle)),
      [],
      `no longer used: ${help}`,
    );
  });

  it('points to files that exist', () => {
    const icons = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(c => c.icon),
      ...contributes.walkthroughs.flatMap(w => w.steps.map(s => s.media.svg)),
    ];
    for (const file of icons) assert.ok(existsSync(path.join(root, file)), file);
  });

  it('offers Classify for the same pictures in the Explorer as in the code', () => {
    const when = contributes.menus['explorer/context']?.find(e => e.command === Command.classify)?.when ?? '';
    const pattern = /\/(\^.*\$)\/i/.exec(when)?.[1] ?? '';
    const matches = (name: string) => new RegExp(pattern, 'i').test(path.extname(name));
    for (const e of PICTURE_EXTENSIONS) assert.ok(matches(`a.${e}`) && matches(`a.${e.toUpperCase()}`), e);
    for (const name of ['a.txt', 'a.png.bak', 'a.xpng', 'png']) assert.equal(matches(name), isPicture(name), name);
  });
});
