/** The part of `vscode.Uri` that commands need, so that ids and view models stay free of `vscode`. */
export interface UriLike {
  readonly scheme: string;
  readonly fsPath: string;
}
