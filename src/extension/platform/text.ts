/**
 * Texts for people. `t` is `vscode.l10n.t` once the extension is active; view models use it without importing `vscode`, so that they run
 * under plain Node. Messages are literals: test/unit/extension/manifest.test.ts compares them with l10n/bundle.l10n.json.
 */
type Value = string | number | boolean;
type Translate = (message: string, ...values: Value[]) => string;

let translate: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));

export const t: Translate = (message, ...values) => translate(message, ...values);

export function setTranslate(by: Translate): void {
  translate = by;
}
