/** The part of `vscode.LogOutputChannel` that code without `vscode` writes to. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string | Error): void;
}
