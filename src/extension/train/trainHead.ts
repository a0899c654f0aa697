/** "Train Head": data set (when there are several), head, then Enter trains, or a setting is changed first. */
import * as vscode from 'vscode';
import { count } from '../../shared/format.ts';
import type { TrainConfig } from '../../shared/experiment.ts';
import type { App } from '../app.ts';
import { Command, Setting } from '../contributions.ts';
import { setting } from '../platform/config.ts';
import { askText, BACK, pickOne, type Answer, type Choice } from '../platform/quickInput.ts';
import { t } from '../platform/text.ts';
import {
  headPresets,
  settingsFor,
  startConfig,
  summary,
  validateLayers,
  validateNumber,
  type NumberSetting,
} from './model.ts';

export interface TrainStart {
  /** Name of the data set: skips the question. */
  dataset?: string;
  /** An earlier configuration to repeat with changes. */
  from?: TrainConfig;
}

/** Asks, starts the run, shows it. Gives the experiment's id, or undefined when the user left. */
export async function trainHead(app: App, start: TrainStart): Promise<string | undefined> {
  await app.store.requireRoot();
  await app.store.load();
  if (app.store.error !== undefined) throw app.store.error as Error;
  const names = app.store.datasets.map(d => d.name);
  if (names.length === 0) {
    offerDataset();
    return undefined;
  }
  const config = await ask(app, start, names);
  return config && startRun(app, config);
}

/** Starts the run and opens its panel. */
export async function startRun(app: App, config: TrainConfig): Promise<string> {
  const workspace = await app.store.requireRoot();
  const { id } = await app.engine.startExperiment({ workspace, config });
  await app.store.refresh(['experiments']);
  await app.panels.openResult(workspace, id);
  return id;
}

function offerDataset(): void {
  const add = t('Add a Dataset');
  const sample = t('Open the Sample');
  void vscode.window.showInformationMessage(t('There is no dataset to train on yet.'), add, sample).then(answer => {
    if (answer === add) void vscode.commands.executeCommand(Command.addDataset);
    if (answer === sample) void vscode.commands.executeCommand(Command.openSample);
  });
}

const title = (): string => t('Train Head');

async function ask(app: App, start: TrainStart, names: string[]): Promise<TrainConfig | undefined> {
  const given = start.dataset ?? (names.length === 1 ? names[0] : undefined);
  const first = given === undefined ? 1 : 0;
  const totalSteps = first + 2;
  let config: TrainConfig | undefined;
  let step = given === undefined ? 0 : 1;
  let dataset = given ?? start.from?.dataset;
  for (;;) {
    if (step === 0) {
      const answer = await askDataset(app, dataset, totalSteps);
      if (answer === undefined || answer === BACK) return undefined;
      dataset = answer;
      step = 1;
    }
    config ??= startConfig(dataset!, start.from, setting(Setting.threads));
    config = { ...config, dataset: dataset! };
    if (step === 1) {
      const head = await askHead(config, { step: first + 1, totalSteps, canGoBack: first === 1 });
      if (head === undefined) return undefined;
      if (head === BACK) {
        step = 0;
        continue;
      }
      config = { ...config, head };
      step = 2;
    }
    const last = await askTrain(config, { step: first + 2, totalSteps, canGoBack: true });
    if (last === undefined) return undefined;
    if (last === 'train') return config;
    if (last === BACK) step = 1;
    else config = { ...config, ...(await askNumber(config, last)) };
  }
}

interface Step {
  step: number;
  totalSteps: number;
  canGoBack: boolean;
}

function askDataset(app: App, active: string | undefined, totalSteps: number): Promise<Answer<string>> {
  const choices = app.store.datasets.map(d => ({
    label: d.name,
    description: [count(d.images, t('image'), t('images')), count(d.classes.length, t('class'), t('classes'))].join(
      ' · ',
    ),
    value: d.name,
  }));
  return pickOne(choices, {
    title: title(),
    step: 1,
    totalSteps,
    placeholder: t('Train on which dataset?'),
    ...withActive(active),
  });
}

const withActive = <T>(active: T | undefined): { active?: T } => (active === undefined ? {} : { active });

const CUSTOM = Symbol('custom');

async function askHead(config: TrainConfig, at: Step): Promise<Answer<string>> {
  const presets = headPresets();
  const known = presets.some(p => p.head === config.head);
  for (;;) {
    const choices: Choice<string | typeof CUSTOM>[] = [
      ...(known ? [] : [{ label: config.head, detail: t('As before'), value: config.head }]),
      ...presets.map(p => ({ label: p.label, detail: p.detail, value: p.head })),
      { label: t('Custom…'), detail: t('Write the list of layers'), value: CUSTOM },
    ];
    const answer = await pickOne(choices, {
      title: title(),
      ...at,
      placeholder: t('Which head?'),
      active: config.head,
    });
    if (answer !== CUSTOM) return answer;
    const layers = await askText({
      title: title(),
      canGoBack: true,
      prompt: t('Units of each dense layer, from the features to the classes'),
      placeholder: '512-64',
      value: config.head === 'probe' ? '' : config.head,
      validate: validateLayers,
    });
    if (layers !== BACK) return layers;
  }
}

function askTrain(config: TrainConfig, at: Step): Promise<Answer<'train' | NumberSetting>> {
  const choices: Choice<'train' | NumberSetting>[] = [
    {
      label: `$(play) ${t('Train')}`,
      description: t('{0} on {1}', config.head, config.dataset),
      detail: summary(config),
      value: 'train',
    },
    { label: t('Change first'), kind: vscode.QuickPickItemKind.Separator, value: 'train' },
    ...settingsFor(config.head).map(s => ({ label: s.label, description: String(config[s.key]), value: s })),
  ];
  return pickOne(choices, { title: title(), ...at, placeholder: t('Press Enter to train') });
}

/** The changed setting; nothing when the user went back. */
async function askNumber(config: TrainConfig, s: NumberSetting): Promise<Partial<TrainConfig>> {
  const answer = await askText({
    title: title(),
    canGoBack: true,
    prompt: s.help === undefined ? s.label : `${s.label}: ${s.help}`,
    value: String(config[s.key]),
    validate: text => validateNumber(text, s),
  });
  return typeof answer === 'string' ? { [s.key]: Number(answer) } : {};
}
