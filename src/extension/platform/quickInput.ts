/** Steps of quick picks and input boxes with a way back. */
import * as vscode from 'vscode';

export const BACK = Symbol('back');
/** `undefined`: the user left with Escape. */
export type Answer<T> = T | typeof BACK | undefined;

export interface Place {
  title: string;
  step?: number;
  totalSteps?: number;
  canGoBack?: boolean;
}

function place(input: vscode.QuickInput, p: Place): void {
  input.title = p.title;
  input.step = p.step;
  input.totalSteps = p.totalSteps;
}

/** `onButton`: what a press of the item's button answers. */
export type Choice<T> = vscode.QuickPickItem & { value: T; onButton?: T };

/** Enter takes `active`, or the first choice. */
export function pickOne<T>(
  choices: readonly Choice<T>[],
  options: Place & { placeholder: string; active?: T },
): Promise<Answer<T>> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  place(input, options);
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.items = choices;
  const active = choices.find(c => c.value === options.active);
  if (active) input.activeItems = [active];
  if (options.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise(resolve => {
    input.onDidTriggerButton(() => finish(BACK));
    input.onDidAccept(() => {
      const picked = input.selectedItems[0];
      if (picked) finish(picked.value);
    });
    input.onDidTriggerItemButton(({ item }) => {
      if (item.onButton !== undefined) finish(item.onButton);
    });
    input.onDidHide(() => finish(undefined));
    const finish = (answer: Answer<T>) => {
      resolve(answer);
      input.dispose();
    };
    input.show();
  });
}

/** `validate` gives the sentence to show, or undefined when the text is good. */
export function askText(
  options: Place & {
    prompt: string;
    value: string;
    placeholder?: string;
    validate: (text: string) => string | undefined;
  },
): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  place(input, options);
  input.prompt = options.prompt;
  input.value = options.value;
  input.placeholder = options.placeholder;
  if (options.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise(resolve => {
    input.onDidChangeValue(text => (input.validationMessage = options.validate(text.trim())));
    input.onDidTriggerButton(() => finish(BACK));
    input.onDidAccept(() => {
      const text = input.value.trim();
      const wrong = options.validate(text);
      if (wrong === undefined) finish(text);
      else input.validationMessage = wrong;
    });
    input.onDidHide(() => finish(undefined));
    const finish = (answer: Answer<string>) => {
      resolve(answer);
      input.dispose();
    };
    input.show();
  });
}
