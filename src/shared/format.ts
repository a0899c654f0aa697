/** How numbers are written for people, the same in trees, panels, terminal and reports. */
import type { Proportion } from './experiment.ts';

/** 0.9053 → "90.5 %". */
export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;

/** "90.5 % (87.1 to 93.2, n 372)": a proportion never goes without its interval and n. */
export const proportion = (p: Proportion, digits = 1): string =>
  `${percent(p.value, digits)} (${(p.low * 100).toFixed(digits)} to ${(p.high * 100).toFixed(digits)}, n ${p.n.toLocaleString('en')})`;

/** "90.5 % ± 3.1": the larger half of the interval, for narrow places such as a tree. */
export const plusMinus = (p: Proportion, digits = 1): string =>
  `${percent(p.value, digits)} ± ${(Math.max(p.high - p.value, p.value - p.low) * 100).toFixed(digits)}`;

/** 75 → "1 min 15 s", 0.42 → "0.4 s", 7300 → "2 h 1 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  // Rounded first, so that 119.7 is 2 min 0 s and not 1 min 60 s.
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i] ?? ''}`;
}
