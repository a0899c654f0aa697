/** The texts that the extension's code passes to `t`, read from the source by TypeScript's own parser. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const root = path.join(import.meta.dirname, '../../..');

/** Literal first arguments of `t(…)` in src/extension, sorted. Throws where the argument is not a literal. */
export function translatedTexts(): string[] {
  const folder = path.join(root, 'src/extension');
  const texts = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name === path.join('platform', 'text.ts')) continue;
    const source = ts.createSourceFile(name, readFileSync(path.join(folder, name), 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 't') {
        const text = node.arguments[0];
        if (!text || !ts.isStringLiteralLike(text))
          throw new Error(`${name}: t() needs a literal, got ${text?.kind ?? 'nothing'}`);
        texts.add(text.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...texts].sort();
}
