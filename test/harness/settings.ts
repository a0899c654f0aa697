/** The three colour themes that every panel has to look right in, by VS Code's own names. */
export const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  highContrast: 'Default High Contrast',
} as const;

export type Theme = keyof typeof THEMES;

/** User settings of a VS Code that looks nothing up, asks nothing and does not move. */
const QUIET = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.simpleDialog.enable': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.autoDetectColorScheme': false,
  'window.autoDetectHighContrast': false,
  'window.dialogStyle': 'custom',
  'window.menuStyle': 'custom',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** The content of a `settings.json` for tests, in the given theme and with further settings. */
export function userSettings(theme: Theme, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...QUIET, 'workbench.colorTheme': THEMES[theme], ...more }, null, 2);
}
