/** How a node of a tree looks, without `vscode`: view models give rows, trees turn them into items. */
export interface Row {
  /** Stable over refreshes, so that the tree keeps what is open and selected. */
  id: string;
  label: string;
  description?: string;
  /** Markdown. */
  tooltip?: string;
  /** Codicon, with an optional theme colour. */
  icon?: string;
  color?: string;
  children?: 'collapsed' | 'expanded';
  /** Tokens for `when` clauses, separated by spaces. */
  context: string;
}

/** Escapes what Markdown would read as markup, so that names of files and classes show as they are. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&');
