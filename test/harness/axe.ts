import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/**
 * Sentences about what axe finds serious or critical.
 * @param within selectors of frames, each within the one before, and of an element in the last; default: the whole page
 */
export async function seriousFindings(page: Page, within?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (within ? axe.include(within) : axe).analyze();
  return violations
    .filter(v => v.impact === 'serious' || v.impact === 'critical')
    .map(
      v =>
        `${v.id}: ${v.help}\n${v.nodes.map(node => `  ${node.html} ${node.any.map(check => check.message).join(' ')}`).join('\n')}`,
    );
}
