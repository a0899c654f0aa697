/** 0.987 → "99 %". A probability that is not quite certain is not written as 100 or 0 %. */
export function chance(p: number): string {
  if (p < 1 && p >= 0.995) return '> 99 %';
  if (p > 0 && p < 0.005) return '< 1 %';
  return `${Math.round(p * 100)} %`;
}
