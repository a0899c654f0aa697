/** What a test tier came to. */
export interface Tally {
  passed: number;
  readonly failed: string[];
  readonly skipped: { readonly name: string; readonly reason: string }[];
}

export const emptyTally = (): Tally => ({ passed: 0, failed: [], skipped: [] });

export interface TierResult extends Tally {
  readonly tier: string;
  readonly seconds: number;
}

const NO_REASON = 'no reason given';

/** A skipped test's reason as node:test reports it: the reason, or `true` or an empty text for none. */
export const skipReason = (skip: string | boolean): string => (typeof skip === 'string' && skip ? skip : NO_REASON);

/** The end of a test run: failed tests by name, skipped ones with their reasons, a table by tier, and as last line the sum. */
export function summary(results: readonly TierResult[]): string {
  const lines: string[] = [];
  for (const r of results) for (const name of r.failed) lines.push(`failed   ${r.tier}: ${name}`);
  for (const r of results) for (const s of r.skipped) lines.push(`skipped  ${r.tier}: ${s.name} (${s.reason})`);
  if (lines.length > 0) lines.push('');
  const rows = results.map(r => [r.tier, r.passed, r.failed.length, r.skipped.length, r.seconds.toFixed(1)]);
  lines.push(...table(['tier', 'passed', 'failed', 'skipped', 'seconds'], rows), '', lastLine(results));
  return lines.join('\n');
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const all = [head, ...rows].map(row => row.map(String));
  const widths = head.map((_, i) => Math.max(...all.map(row => row[i]?.length ?? 0)));
  return all.map(row =>
    row.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  '),
  );
}

/** `N passed, N failed`, with `, N skipped` where there are any. */
export function lastLine(tallies: readonly Tally[]): string {
  const sum = (count: (t: Tally) => number) => tallies.reduce((n, t) => n + count(t), 0);
  const skipped = sum(t => t.skipped.length);
  return `${sum(t => t.passed)} passed, ${sum(t => t.failed.length)} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
