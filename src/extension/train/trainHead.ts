/** "Train Head": data set (when there are several), preset, then Enter trains; or a setting is changed first, or the form opens. */
import * as vscode from 'vscode';
import { count } from '../../shared/format.ts';
import type { TrainConfig } from '../../shared/experiment.ts';
import { experimentName } from '../../shared/experimentName.ts';
import { presetConfig, presetOf, type PresetId } from '../../shared/trainPresets.ts';
import type { App } from '../app.ts';
import { Command, Setting } from '../contributions.ts';
import { setting } from '../platform/config.ts';
import { askText, BACK, pickOne, type Answer, type Choice } from '../platform/quickInput.ts';
import { t } from '../platform/text.ts';
import { settingsFor, startConfig, summary, trainPresets, validateNumber, type NumberSetting } from './model.ts';

export interface TrainStart {
  /** Name of the data set: skips the question. */
  dataset?: string;
}

/** Asks, starts the run, shows it. Gives the experiment's id, or undefined when the user left or went on in the form. */
export async function trainHead(app: App, start: TrainStart): Promise<string | undefined> {
  const names = await datasetNames(app);
  if (names.length === 0) return undefined;
  const answer = await ask(app, start, names);
  if (!answer) return undefined;
  if (answer.form) return openTrainForm(app, answer.config);
  return startRun(app, answer.config);
}

/** Opens the form on the defaults, for the data set that is named or the only one; among several the form lets choose. */
export async function customTraining(app: App, dataset: string | undefined): Promise<void> {
  const names = await datasetNames(app);
  const name = dataset ?? names[0];
  if (name !== undefined) await openTrainForm(app, startConfig(name, setting(Setting.threads)));
}

/** Opens the form with this configuration; `from` names the experiment that it comes from. */
export async function openTrainForm(app: App, config: TrainConfig, from?: string): Promise<undefined> {
  await app.panels.openTrain(await app.store.requireRoot(), config, from);
}

/** Starts the run and opens its panel. */
export async function startRun(app: App, config: TrainConfig, name?: string): Promise<string> {
  const workspace = await app.store.requireRoot();
  const { id } = await app.engine.startExperiment({ workspace, config, ...(name !== undefined && { name }) });
  await app.store.refresh(['experiments']);
  await app.panels.openResult(workspace, id);
  return id;
}

/** Offers to add a data set where there is none. */
async function datasetNames(app: App): Promise<string[]> {
  await app.store.requireRoot();
  await app.store.load();
  if (app.store.error !== undefined) throw app.store.error as Error;
  const names = app.store.datasets.map(d => d.name);
  if (names.length === 0) offerDataset();
  return names;
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

/** `form`: the user wants to see all settings. */
async function ask(
  app: App,
  start: TrainStart,
  names: string[],
): Promise<{ config: TrainConfig; form: boolean } | undefined> {
  const given = start.dataset ?? (names.length === 1 ? names[0] : undefined);
  const first = given === undefined ? 1 : 0;
  const totalSteps = first + 2;
  let config: TrainConfig | undefined;
  let step = given === undefined ? 0 : 1;
  let dataset = given;
  for (;;) {
    if (step === 0) {
      const answer = await askDataset(app, dataset, totalSteps);
      if (answer === undefined || answer === BACK) return undefined;
      dataset = answer;
      step = 1;
    }
    config = config ? { ...config, dataset: dataset! } : startConfig(dataset!, setting(Setting.threads));
    if (step === 1) {
      const answer = await askPreset(config, { step: first + 1, totalSteps, canGoBack: first === 1 });
      if (answer === undefined) return undefined;
      if (answer === BACK) {
        step = 0;
        continue;
      }
      // Going back and forth keeps what was changed.
      if (answer.preset !== undefined && answer.preset !== presetOf(config))
        config = presetConfig(answer.preset, config);
      if (answer.form) return { config, form: true };
      step = 2;
    }
    const last = await askTrain(config, { step: first + 2, totalSteps, canGoBack: true });
    if (last === undefined) return undefined;
    if (last === 'train' || last === 'form') return { config, form: last === 'form' };
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
    ...(active === undefined ? {} : { active }),
  });
}

interface PresetAnswer {
  /** Absent: the configuration as it is. */
  preset?: PresetId;
  form: boolean;
}

function askPreset(config: TrainConfig, at: Step): Promise<Answer<PresetAnswer>> {
  const customise = t('Customise…');
  const buttons = [{ iconPath: new vscode.ThemeIcon('settings'), tooltip: customise }];
  const presets = trainPresets().map((p): Choice<PresetAnswer> => ({
    label: p.label,
    detail: p.detail,
    buttons,
    value: { preset: p.id, form: false },
    onButton: { preset: p.id, form: true },
  }));
  const active = presets.find(p => p.value.preset === presetOf(config))?.value;
  const form: PresetAnswer = { form: true };
  return pickOne(
    [
      ...presets,
      { label: '', kind: vscode.QuickPickItemKind.Separator, value: form },
      { label: `$(settings) ${customise}`, detail: t('All settings in a form'), value: form },
    ],
    { title: title(), ...at, placeholder: t('Which head?'), ...(active && { active }) },
  );
}

function askTrain(config: TrainConfig, at: Step): Promise<Answer<'train' | 'form' | NumberSetting>> {
  const choices: Choice<'train' | 'form' | NumberSetting>[] = [
    { label: `$(play) ${t('Train')}`, description: experimentName(config), detail: summary(config), value: 'train' },
    { label: t('Change first'), kind: vscode.QuickPickItemKind.Separator, value: 'train' },
    ...settingsFor(config.head).map(s => ({ label: s.label, description: String(config[s.key]), value: s })),
    { label: `$(settings) ${t('Customise…')}`, description: t('All settings in a form'), value: 'form' },
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
